package org.perilune.telemetry;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.Requests;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * {@code GET /data.csv}: RFC 4180, streamed page by page. Device after device; each oldest first by minute of device
 * time, and within a minute by epoch and seq.
 */
final class CsvRoute {
    private static final int PAGE = 1_000;
    private static final int MARKS_AT_ONCE = 500;
    private static final List<String> FIXED = List.of("device", "timestamp", "received", "epoch", "seq", "status");

    private static final String DEVICES = "select id, name from device where ?::text is null or name = ? order by name";

    /** Names of roll-ups and connect messages, and of values that are newer than the roll-ups. */
    private static final String NAMES = """
            select p.name from parameter p join device d on d.id = p.device_id where ?::text is null or d.name = ?
            union
            select jsonb_object_keys(l.parameters) from latest l join device d on d.id = l.device_id
            where ?::text is null or d.name = ?
            order by 1
            """;

    private final DataSource database;

    CsvRoute(DataSource database) {
        this.database = database;
    }

    private record Device(int id, String name) {}

    void handle(Context context) throws IOException {
        Requests.onlyParameters(context, Set.of("device", "from", "to", "parameter"));
        String device = context.queryParam("device");
        Instant from = TelemetryRoutes.instant(context, "from");
        Instant to = TelemetryRoutes.instant(context, "to");
        TelemetryRoutes.checkRange(from, to);
        var query = new DataQuery(device, from, to, PAGE, null);
        try (Connection connection = database.getConnection()) {
            if (device != null) {
                DeviceNames.require(connection, device);
            }
            List<String> wanted = context.queryParams("parameter");
            List<String> columns = wanted.isEmpty() ? names(connection, device) : List.copyOf(wanted);
            context.contentType("text/csv; charset=utf-8; header=present");
            context.header("Content-Disposition", "attachment; filename=\"readings.csv\"");
            // Flushed, not closed: a failure on the way must not look like the end.
            CsvWriter out = CsvWriter.builder()
                    .lineDelimiter(LineDelimiter.CRLF)
                    .bufferSize(32 * 1024)
                    .build(context.res().getOutputStream(), StandardCharsets.UTF_8);
            header(out, columns);
            for (Device one : devices(connection, device)) {
                write(connection, out, one, query, columns);
            }
            out.flush();
        } catch (SQLException failure) {
            throw new ReadingQueries.DatabaseFailedException(failure);
        }
    }

    private static void header(CsvWriter out, List<String> columns) {
        CsvWriter.CsvWriterRecord record = out.writeRecord();
        FIXED.forEach(record::writeField);
        for (String column : columns) {
            record.writeField(text(ReadingJson.member(column)));
        }
        record.endRecord();
    }

    private static void write(
            Connection connection, CsvWriter out, Device device, DataQuery query, List<String> columns)
            throws SQLException, IOException {
        var marks = new MarkReader(connection);
        var frames = new FrameReader(connection);
        Instant minute = Times.EARLIEST;
        long epoch = -1;
        List<Mark> some = marks.oldest(device.id(), query.low(), query.high(), minute, epoch, MARKS_AT_ONCE);
        while (!some.isEmpty()) {
            for (Mark mark : some) {
                Slice slice = Slice.of(mark, query.low(), query.high());
                List<StoredFrame> page = frames.oldest(slice, PAGE);
                while (!page.isEmpty()) {
                    for (StoredFrame frame : page) {
                        row(out, device.name(), frame, columns);
                    }
                    page = page.size() < PAGE ? List.of() : frames.oldest(slice, page.getLast(), PAGE);
                }
            }
            Mark last = some.getLast();
            some = marks.oldest(device.id(), query.low(), query.high(), last.minute(), last.epoch(), MARKS_AT_ONCE);
        }
    }

    private static void row(CsvWriter out, String device, StoredFrame stored, List<String> columns) {
        Frame frame = stored.decode();
        Map<String, Value> values = new HashMap<>();
        frame.getValuesList().forEach(value -> values.put(value.getName(), value));
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
        return value.hasNumber() ? Double.toString(value.getNumber()) : text(value.getText());
    }

    /** What a spreadsheet would take for a formula is made text; numbers never are, so that -1 stays one. */
    static String text(String text) {
        return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static List<Device> devices(Connection connection, @Nullable String device) throws SQLException {
        var devices = new ArrayList<Device>();
        try (PreparedStatement statement = connection.prepareStatement(DEVICES)) {
            statement.setString(1, device);
            statement.setString(2, device);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    devices.add(new Device(result.getInt(1), result.getString(2)));
                }
            }
        }
        return devices;
    }

    private static List<String> names(Connection connection, @Nullable String device) throws SQLException {
        var names = new ArrayList<String>();
        try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
            for (int index = 1; index <= 4; index++) {
                statement.setString(index, device);
            }
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    names.add(result.getString(1));
                }
            }
        }
        return names;
    }
}
