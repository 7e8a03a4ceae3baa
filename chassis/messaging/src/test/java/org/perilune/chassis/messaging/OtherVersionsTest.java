package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.Activity;
import org.perilune.contracts.FlightLog;

/**
 * What neighbouring versions publish is read. Each version that writes something new adds a folder of samples, and none
 * is ever changed: the newest says what this one writes.
 */
class OtherVersionsTest {
    private static final Path SAMPLES = Path.of("src/test/resources/samples");
    private static final List<Class<?>> TYPES = List.of(
            FlightLog.Post.class,
            FlightLog.Comment.class,
            FlightLog.Deleted.class,
            FlightLog.Decision.class,
            Activity.class);

    record Sample(int version, Class<?> type, Path file) {}

    private static Stream<Sample> samples() throws IOException {
        var samples = new ArrayList<Sample>();
        for (int version = 1; Files.exists(SAMPLES.resolve(Integer.toString(version))); version++) {
            for (Class<?> type : TYPES) {
                Path file = SAMPLES.resolve(Integer.toString(version)).resolve(type.getSimpleName() + ".json");
                if (Files.exists(file)) {
                    samples.add(new Sample(version, type, file));
                }
            }
        }
        assertThat(samples).hasSizeGreaterThanOrEqualTo(TYPES.size());
        return samples.stream();
    }

    private static <T> T read(JsonNode data, Class<T> type) throws IOException {
        return Json.tolerant().treeToValue(data, type);
    }

    private static JsonNode written(Object value) throws IOException {
        return Json.mapper().readTree(Json.bytes(value));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatEarlierVersionsWroteIsRead(Sample sample) throws IOException {
        JsonNode written = Json.mapper().readTree(sample.file().toFile());
        JsonNode again = written(read(written, sample.type()));
        for (Iterator<String> names = written.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            assertThat(again.get(name)).as(name).isEqualTo(written.get(name));
        }
    }

    @Test
    void theNewestSamplesAreWhatThisVersionWrites() throws IOException {
        for (Class<?> type : TYPES) {
            Sample newest = samples()
                    .filter(sample -> sample.type() == type)
                    .reduce((one, later) -> later)
                    .orElseThrow();
            JsonNode written = Json.mapper().readTree(newest.file().toFile());
            assertThat(written(read(written, type)))
                    .as("%s differs from the samples of version %d: add those of the next", type, newest.version())
                    .isEqualTo(written);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatLaterVersionsAddIsPassedOver(Sample sample) throws IOException {
        var written = (ObjectNode) Json.mapper().readTree(sample.file().toFile());
        Object known = read(written, sample.type());
        written.putObject("added").put("later", true);
        written.path("references").forEach(reference -> ((ObjectNode) reference).put("added", 1));
        assertThat((Object) read(written, sample.type())).isEqualTo(known);
    }

    @Test
    void aStatusThatOnlyALaterVersionKnowsIsPending() throws IOException {
        for (Class<?> type : List.of(FlightLog.Comment.class, FlightLog.Decision.class)) {
            var written = (ObjectNode) Json.mapper()
                    .readTree(SAMPLES.resolve("1/" + type.getSimpleName() + ".json")
                            .toFile());
            written.put("status", "escalated");
            assertThat(Json.mapper()
                            .valueToTree(read(written, type))
                            .path("status")
                            .asText())
                    .isEqualTo("pending");
        }
        assertThat(FlightLog.Status.ofStored("escalated")).isEqualTo(FlightLog.Status.PENDING);
    }
}
