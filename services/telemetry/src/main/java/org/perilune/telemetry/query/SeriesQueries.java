package org.perilune.telemetry.query;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.Numbers;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.telemetry.store.DeviceNames;
import org.perilune.telemetry.store.FrameScan;
import org.perilune.telemetry.store.MarkReader;
import org.perilune.telemetry.store.SingleFlight;
import org.perilune.telemetry.store.TimeIndexEntry;

/**
 * {@code GET /series}: minimum and maximum per pixel, from the roll-up that fits the pixel and, for minutes that are not
 * rolled up yet, from their frames, so that history and present join without a seam. Where these are more than can be
 * read in time, the answer says that it is not complete. Safe for threads.
 */
public final class SeriesQueries {
    private static final Duration TIMEOUT = Duration.ofSeconds(12);

    /** For reading frames; the rest of an answer takes milliseconds. */
    public static final Duration FRAME_TIME = Duration.ofSeconds(4);

    /** Where there are more than these, minutes are given instead of what is between them. */
    private static final int MOST_RAW = 60_000;

    private static final int MOST_MARKS = 20_000;
    private static final int MARKS_AT_ONCE = 200;

    private static final String ROLLED = """
            select (extract(epoch from bucket))::bigint, minimum, maximum from rollup
            where device_id = ? and parameter_id = ? and level_seconds = ? and bucket between ? and ?
            order by bucket
            """;

    private final DataSource database;
    private final Duration frameTime;
    private final SingleFlight<SeriesQuery, byte[]> answers = new SingleFlight<>(this::compute, TIMEOUT);

    /** @param frameTime longest time for reading frames */
    public SeriesQueries(DataSource database, Duration frameTime) {
        this.database = database;
        this.frameTime = frameTime;
    }

    /** The answer's JSON; shared, never to be changed. */
    public byte[] series(SeriesQuery query) {
        return answers.answer(query);
    }

    private record Parameter(int id, String unit) {}

    private byte[] compute(SeriesQuery query) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false); // for the cursor
            try {
                return compute(connection, query);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException failure) {
            throw new ReadingQueries.DatabaseFailedException(failure);
        }
    }

    private byte[] compute(Connection connection, SeriesQuery query) throws SQLException {
        long deadline = System.nanoTime() + frameTime.toNanos();
        int device = DeviceNames.require(connection, query.device());
        int level = query.level();
        var reader = new MarkReader(connection);
        if (level == 0) {
            List<TimeIndexEntry> marks = reader.newest(query.device(), query.from(), query.to(), MOST_MARKS);
            if (marks.stream().mapToLong(TimeIndexEntry::estimate).sum() <= MOST_RAW) {
                var fold = new PixelFold(query.from(), query.to(), query.pixelSeconds());
                var points = new SeriesPoints(query.parameter(), fold, 2 * query.pixels(), deadline);
                boolean complete = scan(connection, query, device, marks, points);
                Parameter parameter = parameter(connection, device, query.parameter());
                requireKnown(query, parameter, points);
                return points.isExact()
                        ? json(query, parameter, 0, complete, points::forEachExact)
                        : json(query, parameter, query.pixelSeconds(), complete, fold::forEach);
            }
            level = 60;
        }
        double width = Math.max(level, query.pixelSeconds());
        var fold = new PixelFold(floor(query.from(), width > level ? 0 : level), query.to(), width);
        var points = new SeriesPoints(query.parameter(), fold, 0, deadline);
        // Before the roll-ups: a minute that is rolled up in between is taken twice, which changes no extreme.
        List<TimeIndexEntry> unrolled = reader.unrolled(device, query.from(), query.to(), MOST_MARKS);
        // After it: what is rolled up for the first time in between gives the parameter its number.
        Parameter parameter = parameter(connection, device, query.parameter());
        boolean complete = scan(connection, query, device, unrolled, points);
        requireKnown(query, parameter, points);
        addRolled(connection, query, device, parameter.id(), level, fold);
        return json(query, parameter, width, complete, fold::forEach);
    }

    /** Newest marks first; false if there was no time for all, or there are more marks. */
    private static boolean scan(
            Connection connection, SeriesQuery query, int device, List<TimeIndexEntry> marks, SeriesPoints points)
            throws SQLException {
        var frames = new FrameScan(connection);
        Instant high = query.to().plusNanos(1_000);
        for (int begin = 0; begin < marks.size(); begin += MARKS_AT_ONCE) {
            List<TimeIndexEntry> some = marks.subList(begin, Math.min(marks.size(), begin + MARKS_AT_ONCE));
            if (!frames.scan(device, some, query.from(), high, points)) {
                return false;
            }
        }
        return marks.size() < MOST_MARKS;
    }

    private static Instant floor(Instant instant, int seconds) {
        return seconds == 0
                ? instant
                : Instant.ofEpochSecond(Math.floorDiv(instant.getEpochSecond(), seconds) * seconds);
    }

    private static void requireKnown(SeriesQuery query, Parameter parameter, SeriesPoints points) {
        if (parameter.id() < 0 && points.isEmpty()) {
            throw new ServiceException.NotFound(query.device() + " has reported no value named " + query.parameter());
        }
    }

    private static Parameter parameter(Connection connection, int device, String name) throws SQLException {
        String sql = "select id, unit from parameter where device_id = ? and name = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, device);
            statement.setString(2, name);
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? new Parameter(result.getInt(1), result.getString(2)) : new Parameter(-1, "");
            }
        }
    }

    private static void addRolled(
            Connection connection, SeriesQuery query, int device, int parameter, int level, PixelFold fold)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROLLED)) {
            statement.setInt(1, device);
            statement.setInt(2, parameter);
            statement.setInt(3, level);
            statement.setObject(4, SqlTimes.of(floor(query.from(), level)));
            statement.setObject(5, SqlTimes.of(query.to()));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    fold.add(result.getLong(1) * 1_000_000, result.getDouble(2), result.getDouble(3));
                }
            }
        }
    }

    private interface Source {
        void writeTo(PixelFold.Points points);
    }

    private static byte[] json(
            SeriesQuery query, Parameter parameter, double bucketSeconds, boolean complete, Source source) {
        var out = new ByteArrayOutputStream(64 * 1024);
        try (JsonGenerator json = Json.mapper().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("device", query.device());
            json.writeStringField("parameter", query.parameter());
            json.writeStringField("unit", parameter.unit());
            json.writeStringField("from", query.from().toString());
            json.writeStringField("to", query.to().toString());
            json.writeFieldName("bucket_seconds");
            Numbers.write(json, bucketSeconds);
            json.writeBooleanField("complete", complete);
            json.writeArrayFieldStart("points");
            source.writeTo((millis, minimum, maximum) -> {
                try {
                    json.writeStartArray();
                    json.writeNumber(millis);
                    Numbers.write(json, minimum);
                    Numbers.write(json, maximum);
                    json.writeEndArray();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return out.toByteArray();
    }
}
