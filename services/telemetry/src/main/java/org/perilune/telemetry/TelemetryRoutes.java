package org.perilune.telemetry;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.sql.DataSource;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.telemetry.device.DeviceQueries;
import org.perilune.telemetry.live.LiveRoute;
import org.perilune.telemetry.live.LiveTail;
import org.perilune.telemetry.query.CsvRoute;
import org.perilune.telemetry.query.DataQuery;
import org.perilune.telemetry.query.Exports;
import org.perilune.telemetry.query.InputRoute;
import org.perilune.telemetry.query.ReadingQueries;
import org.perilune.telemetry.query.RejectQueries;
import org.perilune.telemetry.query.SeriesQueries;
import org.perilune.telemetry.query.SeriesQuery;
import org.perilune.telemetry.query.TimeRange;
import org.perilune.telemetry.store.FrameStore;
import org.perilune.telemetry.store.Times;

/** The HTTP interface; see {@code docs/api.md}. */
final class TelemetryRoutes {
    private static final int SEND_BUFFER_BYTES = 64 * 1024;
    private static final Duration DEFAULT_PLOT = Duration.ofHours(1);

    private final Clock clock;
    private final ReadingQueries readings;
    private final SeriesQueries series;
    private final DeviceQueries devices;
    private final RejectQueries rejects;
    private final LiveTail live;
    private final CsvRoute csv;
    private final InputRoute input;

    /** @param reading where everything is read from, so that readers take no connection of the ingest */
    TelemetryRoutes(
            Postgres reading, DeviceQueries devices, LiveTail live, FrameStore store, Exports exports, Clock clock) {
        DataSource database = reading.dataSource();
        this.devices = devices;
        this.csv = new CsvRoute(database, exports);
        this.input = new InputRoute(store, clock);
        this.live = live;
        this.rejects = new RejectQueries(reading.jdbi());
        this.clock = clock;
        this.readings = new ReadingQueries(database);
        this.series = new SeriesQueries(database, SeriesQueries.FRAME_TIME);
    }

    void register(JavalinConfig javalin) {
        // Streams never end by themselves: stopping would wait for them in vain.
        javalin.events.serverStopping(live::close);
        javalin.jetty.modifyServer(TelemetryRoutes::keepSendBuffersSmall);
        javalin.routes.get("/data", this::data, Access.VIEWER);
        javalin.routes.get("/data.csv", csv::handle, Access.VIEWER);
        javalin.routes.post("/input", input::handle, Access.OPERATOR);
        javalin.routes.get("/series", this::series, Access.VIEWER);
        javalin.routes.get("/stream", new LiveRoute(live, clock)::handle, Access.VIEWER);
        javalin.routes.get("/devices", this::devices, Access.VIEWER);
        javalin.routes.get("/devices/{name}", this::device, Access.VIEWER);
        javalin.routes.get("/rejects", this::rejects, Access.VIEWER);
    }

    private void data(Context context) {
        Requests.onlyParameters(context, Set.of("device", "from", "to", "limit", "cursor"));
        var query = new DataQuery(
                context.queryParam("device"),
                TimeRange.bound(context, "from"),
                TimeRange.bound(context, "to"),
                Requests.integer(context, "limit", 100, 1, 1_000),
                context.queryParam("cursor"));
        TimeRange.check(query.from(), query.to());
        context.result(readings.page(query));
    }

    /** What waits in a socket's buffer is old by the time a slow follower reads it. */
    private static void keepSendBuffersSmall(Server server) {
        server.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarting(LifeCycle event) {
                for (Connector connector : server.getConnectors()) {
                    if (connector instanceof ServerConnector network) {
                        network.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
                    }
                }
            }
        });
    }

    private void devices(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.result(devices.all());
    }

    private void device(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.result(devices.one(context.pathParam("name")));
    }

    private void rejects(Context context) {
        Requests.onlyParameters(context, Set.of("device", "from", "limit"));
        Instant from = Requests.instant(context, "from").orElse(Times.EARLIEST);
        context.json(rejects.newest(
                context.queryParam("device"), Times.clamp(from), Requests.integer(context, "limit", 100, 1, 1_000)));
    }

    private void series(Context context) {
        Requests.onlyParameters(context, Set.of("device", "parameter", "from", "to", "pixels"));
        Instant to = Requests.instant(context, "to").orElseGet(clock::instant);
        Instant from = Requests.instant(context, "from").orElse(to.minus(DEFAULT_PLOT));
        TimeRange.check(from, to);
        context.result(series.series(new SeriesQuery(
                required(context, "device"),
                required(context, "parameter"),
                Times.clamp(from),
                Times.clamp(to),
                Requests.integer(context, "pixels", 1_000, 10, 4_000))));
    }

    private static String required(Context context, String name) {
        return Requests.text(context, name).orElseThrow(() -> Requests.malformed(name, "is missing"));
    }
}
