package org.perilune.chassis.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void writesWholeNumbersWholeAndOthersShort() {
        assertThat(Numbers.text(9_007_199_254_740_992d)).isEqualTo("9007199254740992");
        assertThat(Numbers.text(-0d)).isEqualTo("0");
        assertThat(Numbers.text(-1.5)).isEqualTo("-1.5");
        assertThat(Numbers.text(101)).isEqualTo("101");
        assertThat(Numbers.text(1e300)).isEqualTo("1.0E300");
    }

    @Test
    void writesNullForWhatJsonHasNoNumberFor() throws Exception {
        var out = new StringWriter();
        try (var json = Json.mapper().createGenerator(out)) {
            json.writeStartArray();
            Numbers.write(json, Double.NaN);
            Numbers.write(json, 1e300);
            json.writeEndArray();
        }
        assertThat(out).hasToString("[null,1.0E300]");
    }
}
