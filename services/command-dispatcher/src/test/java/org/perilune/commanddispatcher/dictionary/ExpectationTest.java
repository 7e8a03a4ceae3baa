package org.perilune.commanddispatcher.dictionary;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.json.Json;

class ExpectationTest {
    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    private static Expectation of(String rule) {
        return Expectation.of(json("{\"parameter\":\"speed\",\"within\":30," + rule + "}"));
    }

    private static boolean met(String rule, String value, @Nullable Double before) {
        return of(rule).isMetBy(json(value), before);
    }

    @Test
    void knowsRangesWithTheirEnds() {
        assertThat(met("\"minimum\":1600", "1600", null)).isTrue();
        assertThat(met("\"minimum\":1600", "1599.9", null)).isFalse();
        assertThat(met("\"maximum\":3", "3", null)).isTrue();
        assertThat(met("\"minimum\":1,\"maximum\":3", "3.1", null)).isFalse();
        assertThat(met("\"minimum\":1", "\"fast\"", null)).isFalse();
    }

    @Test
    void knowsValuesAndTheirTolerance() {
        assertThat(met("\"equals\":0.3", Double.toString(0.1 + 0.2), null)).isTrue();
        assertThat(met("\"equals\":5,\"tolerance\":0.5", "5.5", null)).isTrue();
        assertThat(met("\"equals\":5,\"tolerance\":0.5", "5.6", null)).isFalse();
        assertThat(met("\"equals\":\"safe\"", "\"safe\"", null)).isTrue();
        assertThat(met("\"equals\":\"safe\"", "\"safer\"", null)).isFalse();
        assertThat(met("\"equals\":\"5\"", "5", null)).isFalse();
    }

    @Test
    void knowsChangesOnlyFromAValueBefore() {
        assertThat(met("\"changes_by\":-12.5", "1587.5", 1_600.0)).isTrue();
        assertThat(met("\"changes_by\":-12.5", "1587.5", null)).isFalse();
        assertThat(met("\"changes_by\":-12.5,\"tolerance\":1", "1589", 1_600.0)).isFalse();
    }

    @Test
    void saysWhatItIs() {
        assertThat(of("\"minimum\":1600").inWords("m/s", null)).isEqualTo("speed of at least 1,600 m/s");
        assertThat(of("\"minimum\":1,\"maximum\":2.5").inWords("%", null)).isEqualTo("speed between 1 and 2.5%");
        assertThat(of("\"equals\":\"safe\"").inWords("", null)).isEqualTo("speed of safe");
        assertThat(of("\"changes_by\":-12.5,\"tolerance\":0.1").inWords("m/s", 1_600.0))
                .isEqualTo("speed to change by -12.5 ± 0.1 m/s from 1,600 m/s");
    }
}
