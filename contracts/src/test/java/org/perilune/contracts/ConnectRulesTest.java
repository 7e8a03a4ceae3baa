package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Parameter;

class ConnectRulesTest {
    private static ConnectRules.Checked check(Parameter.Builder bad) {
        return ConnectRules.check(Connect.newBuilder()
                .addParameters(
                        Parameter.newBuilder().setName("good").setWarningLow(1).setWarningHigh(2))
                .addParameters(bad)
                .build());
    }

    @Test
    void leavesOutLimitsThatCannotBeAndSaysSo() {
        ConnectRules.Checked infinite = check(Parameter.newBuilder()
                .setName("heat")
                .setWarningLow(Double.NaN)
                .setCriticalHigh(Double.POSITIVE_INFINITY)
                .setWarningHigh(3));
        assertThat(infinite.fault()).contains("warning_low of 'heat'", "critical_high of 'heat'");
        Parameter taken = infinite.connect().orElseThrow().getParameters(1);
        assertThat(taken.hasWarningLow() || taken.hasCriticalHigh()).isFalse();
        assertThat(taken.getWarningHigh()).isEqualTo(3);
        ConnectRules.Checked crossed =
                check(Parameter.newBuilder().setName("heat").setWarningLow(300).setWarningHigh(10));
        assertThat(crossed.fault()).contains("warning_low is above its warning_high");
        assertThat(crossed.connect().orElseThrow().getParameters(1).hasWarningLow())
                .isFalse();
    }

    @Test
    void takesTheOtherParametersWhereOneCannotBe() {
        ConnectRules.Checked named = check(Parameter.newBuilder().setName("a b"));
        assertThat(named.fault()).contains("'a b'");
        assertThat(named.connect().orElseThrow().getParametersList()).hasSize(1);
        assertThat(check(Parameter.newBuilder().setName("Höhe")).fault()).isNull();
    }
}
