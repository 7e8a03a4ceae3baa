package org.perilune.chassis.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.runtime.ServiceException;

class JsonTest {
    record Part(int mass) {}

    record Craft(String name, Instant launched, List<Part> parts, Optional<String> note) {}

    private static Craft parse(String json) {
        return Json.parse(json.getBytes(UTF_8), Craft.class);
    }

    @Test
    void goesRound() {
        var craft =
                new Craft("eagle", Instant.parse("1969-07-16T13:32:00Z"), List.of(new Part(7)), Optional.of("canary"));
        String json = new String(Json.bytes(craft), UTF_8);
        assertThat(json).contains("\"1969-07-16T13:32:00Z\"");
        assertThat(parse(json)).isEqualTo(craft);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"nmae\":\"x\"}                | nmae",
                "{\"parts\":[{\"mass\":1,\"x\":2}]} | parts.[0].x",
                "{\"parts\":[{\"mass\":\"much\"}]}  | parts.[0].mass",
                "{\"parts\":[{\"mass\":null}]}      | parts.[0].mass",
                "{\"launched\":\"yesterday\"}       | launched",
                "null                               | body",
                "[]                                 | body"
            })
    void namesTheFieldAtFault(String json, String field) {
        var invalid = catchThrowableOfType(ServiceException.Invalid.class, () -> parse(json));
        assertThat(invalid).as(json).isNotNull();
        assertThat(invalid.faults()).extracting(ServiceException.Fault::field).containsExactly(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"name\":}", "{'name':'x'}", "{\"name\":NaN}", "{\"name\":\"canary"})
    void refusesWhatIsNoJson(String json) {
        var malformed = catchThrowableOfType(ServiceException.class, () -> parse(json));
        assertThat(malformed).isInstanceOfAny(ServiceException.Malformed.class, ServiceException.Invalid.class);
        assertThat(malformed.getMessage()).doesNotContain("canary", "org.perilune", "jackson");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"name\":\"a\",\"name\":\"b\"}", "{} {}", "{}x"})
    void refusesNothingDuplicatesAndWhatFollows(String json) {
        var refused = catchThrowableOfType(ServiceException.class, () -> parse(json));
        assertThat(refused).isInstanceOfAny(ServiceException.Malformed.class, ServiceException.Invalid.class);
    }
}
