package org.perilune.telemetry.query;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.store.DeviceNames;
import org.perilune.telemetry.store.FrameReader;
import org.perilune.telemetry.store.FrameValues;
import org.perilune.telemetry.store.MarkReader;
import org.perilune.telemetry.store.RangeScan;
import org.perilune.telemetry.store.StoredFrame;
import org.perilune.telemetry.store.TimeIndexEntry;
import org.perilune.telemetry.store.Times;

/**
 * {@code GET /data.csv}: RFC 4180, streamed page by page. Device after device; each oldest first by minute of device
 * time, and within a minute by epoch and seq. A connection to the database is held while a page is read, never while the
 * client takes it.
 */
public final class CsvRoute {
    private static final int PAGE = 1_000;
    private static final int MARKS_AT_ONCE = 500;
    private static final List<String> FIXED = List.of("device", "timestamp", "received", "epoch", "seq", "status");

    /** With something in the time asked for. */
    private static final String DEVICES = """
            select d.id, d.name from device d
            where (?::text is null or d.name = ?)
                and exists (select from mark m where m.device_id = d.id and m.minute between ? and ?)
            order by d.name
            """;

    /** Names of roll-ups and connect messages, and of values that are newer than the roll-ups. */
    private static final String NAMES = """
            select name from parameter where device_id = any (?)
            union
            select jsonb_object_keys(parameters) from latest where device_id = any (?)
            order by 1
            """;

    private final DataSource database;
    private final Exports exports;

    public CsvRoute(DataSource database, Exports exports) {
        this.database = database;
        this.exports = exports;
    }

    private record Device(int id, String name) {}

    private interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    private <T> T ask(Question<T> question) {
        try (Connection connection = database.getConnection()) {
            return question.ask(connection);
        } catch (SQLException failure) {
            throw new ReadingQueries.DatabaseFailedException(failure);
        }
    }

    public void handle(Context context) throws IOException {
        Requests.onlyParameters(context, Set.of("device", "from", "to", "parameter"));
        String device = context.queryParam("device");
        Instant from = TimeRange.bound(context, "from");
        Instant to = TimeRange.bound(context, "to");
        TimeRange.check(from, to);
        var query = new DataQuery(device, from, to, PAGE, null);
        List<String> wanted = context.queryParams("parameter");
        exports.run(context, out -> {
            if (device != null) {
                ask(connection -> DeviceNames.require(connection, device));
            }
            List<Device> devices = ask(connection -> devices(connection, query));
            List<String> names = wanted.isEmpty() ? ask(connection -> names(connection, devices)) : wanted;
            List<String> columns =
                    names.stream().map(ReadingJson::member).distinct().toList();
            context.contentType("text/csv; charset=utf-8; header=present");
            context.header("Content-Disposition", "attachment; filename=\"readings.csv\"");
            write(out, devices, query, columns);
        });
    }

    private void write(OutputStream stream, List<Device> devices, DataQuery query, List<String> columns)
            throws IOException {
        try {
            // Flushed, not closed: a failure on the way must not look like the end.
            CsvWriter out = CsvWriter.builder()
                    .lineDelimiter(LineDelimiter.CRLF)
                    .bufferSize(32 * 1024)
                    .build(stream, StandardCharsets.UTF_8);
            header(out, columns);
            for (Device device : devices) {
                write(out, device, query, columns);
            }
            out.flush();
        } catch (UncheckedIOException failure) {
            throw new IOException(failure);
        }
    }

    private static void header(CsvWriter out, List<String> columns) {
        CsvWriter.CsvWriterRecord record = out.writeRecord();
        FIXED.forEach(record::writeField);
        for (String column : columns) {
            record.writeField(text(column));
        }
        record.endRecord();
    }

    private void write(CsvWriter out, Device device, DataQuery query, List<String> columns) {
        List<TimeIndexEntry> some = marks(device, query, Times.EARLIEST, -1);
        while (!some.isEmpty()) {
            for (TimeIndexEntry mark : some) {
                RangeScan slice = RangeScan.of(mark, query.low(), query.high());
                List<StoredFrame> page = ask(connection -> new FrameReader(connection).oldest(slice, PAGE));
                while (!page.isEmpty()) {
                    for (StoredFrame frame : page) {
                        row(out, device.name(), frame, columns);
                    }
                    StoredFrame last = page.getLast();
                    page = page.size() < PAGE
                            ? List.of()
                            : ask(connection -> new FrameReader(connection).oldest(slice, last, PAGE));
                }
            }
            some = marks(device, query, some.getLast().minute(), some.getLast().epoch());
        }
    }

    private List<TimeIndexEntry> marks(Device device, DataQuery query, Instant minute, long epoch) {
        return ask(connection -> new MarkReader(connection)
                .oldest(device.id(), query.low(), query.high(), minute, epoch, MARKS_AT_ONCE));
    }

    private static void row(CsvWriter out, String device, StoredFrame stored, List<String> columns) {
        Frame frame = stored.decode();
        Map<String, Value> values = ReadingJson.members(frame);
        CsvWriter.CsvWriterRecord record = out.writeRecord()
                .writeField(text(device))
                .writeField(stored.time().toString())
                .writeField(stored.received().toString())
                .writeField(Long.toString(stored.epoch()))
                .writeField(Long.toString(stored.seq()))
                .writeField(text(frame.getStatus()));
        for (String column : columns) {
            record.writeField(field(values.get(column)));
        }
        record.endRecord();
    }

    private static String field(@Nullable Value value) {
        if (value == null) {
            return "";
        }
        return value.hasText() ? text(value.getText()) : FrameValues.text(value);
    }

    /** What a spreadsheet would take for a formula is made text; numbers never are, so that -1 stays one. */
    static String text(String text) {
        return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static List<Device> devices(Connection connection, DataQuery query) throws SQLException {
        var devices = new ArrayList<Device>();
        try (PreparedStatement statement = connection.prepareStatement(DEVICES)) {
            statement.setString(1, query.device());
            statement.setString(2, query.device());
            statement.setObject(3, SqlTimes.of(Times.minute(query.low())));
            statement.setObject(4, SqlTimes.of(Times.minute(query.high())));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    devices.add(new Device(result.getInt(1), result.getString(2)));
                }
            }
        }
        return devices;
    }

    private static List<String> names(Connection connection, List<Device> devices) throws SQLException {
        var names = new ArrayList<String>();
        var ids = connection.createArrayOf(
                "int4", devices.stream().map(Device::id).toArray(Integer[]::new));
        try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
            statement.setArray(1, ids);
            statement.setArray(2, ids);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    names.add(result.getString(1));
                }
            }
        }
        return names;
    }
}
