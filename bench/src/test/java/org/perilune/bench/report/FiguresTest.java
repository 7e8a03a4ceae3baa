package org.perilune.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void medianIsTheMiddleWhateverTheOrder() {
        assertThat(new Figures(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
        assertThat(new Figures(List.of(4.0, 1.0, 2.0, 9.0)).median()).isEqualTo(3);
        assertThat(new Figures(List.of(7.0)).median()).isEqualTo(7);
    }

    @Test
    void showsMedianLeastAndGreatest() {
        assertThat(new Figures(List.of(20_200.6, 19_870.0, 20_134.2)).text(0)).isEqualTo("20,134 [19,870..20,201]");
        assertThat(new Figures(List.of(0.347)).text(2)).isEqualTo("0.35 [0.35..0.35]");
    }

    @Test
    void needsARun() {
        assertThatThrownBy(() -> new Figures(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
