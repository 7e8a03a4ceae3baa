package org.perilune.telemetry;

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
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.perilune.chassis.Json;
import org.perilune.chassis.ServiceException;
import org.perilune.contracts.v1.Value;

/**
 * {@code GET /series}: minimum and maximum per pixel, from the roll-up that fits the pixel and, for minutes that are not
 * rolled up yet, from their frames, so that history and present join without a seam. Safe for threads.
 */
final class SeriesQueries {
    private static final Duration PATIENCE = Duration.ofSeconds(12);
    /** More than these are not read raw: minutes are given instead; of what awaits rolling up, the newest. */
    private static final int MOST_RAW = 60_000;

    private static final int MOST_MARKS = 20_000;
    private static final int PAGE = 10_000;

    private static final String ROLLED = """
            select (extract(epoch from bucket))::bigint, minimum, maximum from rollup
            where device_id = ? and parameter_id = ? and level_seconds = ? and bucket between ? and ?
            order by bucket
            """;

    private final DataSource database;
    private final Coalescer<SeriesQuery, byte[]> answers = new Coalescer<>(this::compute, PATIENCE);

    SeriesQueries(DataSource database) {
        this.database = database;
    }

    /** The answer's JSON; shared, never to be changed. */
    byte[] series(SeriesQuery query) {
        return answers.answer(query);
    }

    private record Parameter(int id, String unit) {}

    private record Point(long micros, double value) {}

    private byte[] compute(SeriesQuery query) {
        try (Connection connection = database.getConnection()) {
            int device = DeviceNames.require(connection, query.device());
            Parameter parameter = parameter(connection, device, query.parameter());
            int level = query.level();
            var reader = new MarkReader(connection);
            if (level == 0) {
                List<Mark> marks = reader.newest(query.device(), query.from(), query.to(), MOST_MARKS);
                if (marks.stream().mapToLong(Mark::estimate).sum() <= MOST_RAW) {
                    List<Point> points = raw(connection, query, marks);
                    requireKnown(query, parameter, points);
                    return points.size() <= 2 * query.pixels()
                            ? json(query, parameter, 0, exact(points))
                            : json(query, parameter, query.pixelSeconds(), folded(query, points));
                }
                level = 60;
            }
            List<Mark> unrolled = reader.unrolled(device, query.from(), query.to(), MOST_MARKS);
            List<Point> recent = raw(connection, query, unrolled);
            requireKnown(query, parameter, recent);
            double width = Math.max(level, query.pixelSeconds());
            var fold = new PixelFold(floor(query.from(), width > level ? 0 : level), query.to(), width);
            addRolled(connection, query, device, parameter.id(), level, fold);
            recent.forEach(point -> fold.add(point.micros(), point.value(), point.value()));
            return json(query, parameter, width, fold);
        } catch (SQLException failure) {
            throw new ReadingQueries.DatabaseFailedException(failure);
        }
    }

    private static Instant floor(Instant instant, int seconds) {
        return seconds == 0
                ? instant
                : Instant.ofEpochSecond(Math.floorDiv(instant.getEpochSecond(), seconds) * seconds);
    }

    private static void requireKnown(SeriesQuery query, Parameter parameter, List<Point> points) {
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
            statement.setObject(4, FrameReader.utc(floor(query.from(), level)));
            statement.setObject(5, FrameReader.utc(query.to()));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    fold.add(result.getLong(1) * 1_000_000, result.getDouble(2), result.getDouble(3));
                }
            }
        }
    }

    /** The parameter's values in frames of the marks, at most {@link #MOST_RAW} frames, newest marks first. */
    private static List<Point> raw(Connection connection, SeriesQuery query, List<Mark> marks) throws SQLException {
        var points = new ArrayList<Point>();
        var reader = new FrameReader(connection);
        Instant high = query.to().plusNanos(1_000);
        int read = 0;
        for (boolean counted : new boolean[] {true, false}) {
            List<Slice> slices = marks.stream()
                    .filter(mark -> mark.counts() == counted)
                    .map(mark -> Slice.of(mark, query.from(), high))
                    .toList();
            for (int begin = 0; begin < slices.size() && read < MOST_RAW; begin += 20) {
                List<Slice> some = slices.subList(begin, Math.min(slices.size(), begin + 20));
                for (List<StoredFrame> frames : reader.newest(some, PAGE)) {
                    read += frames.size();
                    frames.forEach(frame -> addValue(points, frame, query.parameter()));
                }
            }
        }
        points.sort((one, other) -> Long.compare(one.micros(), other.micros()));
        return points;
    }

    private static void addValue(List<Point> points, StoredFrame frame, String name) {
        for (Value value : frame.decode().getValuesList()) {
            if (value.hasNumber() && value.getName().equals(name) && Double.isFinite(value.getNumber())) {
                points.add(new Point(Times.micros(frame.time()), value.getNumber()));
            }
        }
    }

    private interface Source {
        void writeTo(PixelFold.Points points);
    }

    private static Source exact(List<Point> points) {
        return out ->
                points.forEach(point -> out.point(Math.floorDiv(point.micros(), 1_000), point.value(), point.value()));
    }

    private static Source folded(SeriesQuery query, List<Point> points) {
        var fold = new PixelFold(query.from(), query.to(), query.pixelSeconds());
        points.forEach(point -> fold.add(point.micros(), point.value(), point.value()));
        return fold::forEach;
    }

    private static byte[] json(SeriesQuery query, Parameter parameter, double bucketSeconds, PixelFold fold) {
        return json(query, parameter, bucketSeconds, (Source) fold::forEach);
    }

    private static byte[] json(SeriesQuery query, Parameter parameter, double bucketSeconds, Source source) {
        var out = new ByteArrayOutputStream(64 * 1024);
        try (JsonGenerator json = Json.mapper().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("device", query.device());
            json.writeStringField("parameter", query.parameter());
            json.writeStringField("unit", parameter.unit());
            json.writeStringField("from", query.from().toString());
            json.writeStringField("to", query.to().toString());
            json.writeFieldName("bucket_seconds");
            ReadingJson.number(json, bucketSeconds);
            json.writeArrayFieldStart("points");
            source.writeTo((millis, minimum, maximum) -> {
                try {
                    json.writeStartArray();
                    json.writeNumber(millis);
                    ReadingJson.number(json, minimum);
                    ReadingJson.number(json, maximum);
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
