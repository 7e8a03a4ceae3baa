package org.perilune.launcher.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers as people write them. */
final class NumberTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1              | . | 1
            -1.5           | . | -1.5
            +.5            | . | 0.5
            5.             | . | 5
            1e-3           | . | 0.001
            1.25E+03       | . | 1250
            \u22125        | . | -5
            1,234.5        | . | 1234.5
            1,234,567      | . | 1234567
            1.5            | , |
            1,5            | , | 1.5
            1,5            | . |
            0,001          | , | 0.001
            0,001          | . |
            1.234,5        | , | 1234.5
            1.234.567      | , | 1234567
            1 234,5        | , | 1234.5
            1\u00a0234,5   | , | 1234.5
            1'234.5        | . | 1234.5
            1,25E+03       | , | 1250
            12,34          | . |
            1,2345         | . |
            9007199254740992 | . | 9007199254740992
            9007199254740993 | . |
            1e400          | . |
            1.2.3          | . |
            """)
    void readsANumberWithADecimalSign(String cell, char sign, String expected) {
        var number = NumberText.parse(cell, sign);
        if (expected == null) {
            assertThat(number).isEmpty();
        } else {
            assertThat(number).hasValue(Double.parseDouble(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "NaN", "null", "NULL", "N/A", "#N/A", "NA", "-inf", "+Infinity", "None", "\\N", "-", "--"})
    void knowsWhatStandsForNoNumber(String cell) {
        assertThat(NumberText.isMissing(cell)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ERR", "-5", "0", "idle", "12:00", "1-2", "e5", "1e", "0x1F", "1_000", "١٢", "--5"})
    void takesNothingElseForMissing(String cell) {
        assertThat(NumberText.isMissing(cell)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ERR", "12:00", "1-2", "e5", "1e", "1e1234", "0x1F", "1_000", "١٢", "--5", "+", ".", ",", "1 2", "5 °C"
            })
    void takesNothingElseForANumber(String cell) {
        assertThat(NumberText.isNumber(cell)).isFalse();
    }
}
