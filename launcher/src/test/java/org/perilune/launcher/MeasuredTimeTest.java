package org.perilune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

final class MeasuredTimeTest {
    @ParameterizedTest
    @CsvFileSource(resources = "measured-time.txt", delimiter = '\u0001')
    void findsMeasuredTimesThatAreCompared(String body) {
        assertThat(MeasuredTime.assertions(method(body))).hasSize(1);
    }

    @ParameterizedTest
    @CsvFileSource(resources = "other-comparisons.txt", delimiter = '\u0001')
    void leavesOtherComparisonsAlone(String body) {
        assertThat(MeasuredTime.assertions(method(body))).isEmpty();
    }

    private static List<String> method(String body) {
        return List.of("    void test() {", "        " + body, "    }");
    }
}
