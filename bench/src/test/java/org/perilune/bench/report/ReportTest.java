package org.perilune.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream printed = new PrintStream(out, true, UTF_8);
    private final Report report = new Report(printed);

    private String said() {
        return out.toString(UTF_8);
    }

    private static Figures figures(double... runs) {
        return new Figures(java.util.Arrays.stream(runs).boxed().toList());
    }

    @Test
    void judgesByTheMedian() {
        report.atLeast("rate", figures(90, 100, 200), 0, "frames/s", 100);
        report.atLeast("low", figures(99, 99, 200), 0, "frames/s", 100);
        report.atMost("delay", figures(1, 25, 900), 1, "ms", 25);
        report.atMost("late", figures(1, 25.1, 26), 1, "ms", 25);
        report.printMarkdown();
        assertThat(said())
                .contains(
                        "| rate | 100 [90..200] | frames/s | 3 | ≥ 100 | met |",
                        "| low | 99 [99..200] | frames/s | 3 | ≥ 100 | MISSED |",
                        "| delay | 25.0 [1.0..900.0] | ms | 3 | ≤ 25.0 | met |",
                        "| late | 25.1 [1.0..26.0] | ms | 3 | ≤ 25.0 | MISSED |");
    }

    @Test
    void setsColumnsUnderOneAnotherAndNotesBelow() {
        report.value("short", figures(1), 0, "MiB");
        report.value("a longer name", figures(12_345), 0, "rows/s");
        report.note("The load generator runs on the same cores.");
        report.print();
        List<String> lines = said().lines().toList();
        int header = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("figure"))
                .findFirst()
                .orElseThrow());
        int column = lines.get(header).indexOf("measured");
        assertThat(lines.get(header + 1).substring(column)).startsWith("1 [1..1]");
        assertThat(lines.get(header + 2).substring(column)).startsWith("12,345 [12,345..12,345]");
        assertThat(lines.get(header + 3)).isEqualTo("- The load generator runs on the same cores.");
    }

    @Test
    void partsGoOnWhateverOneGives() {
        var parts = new Parts(report);
        parts.attempt("first", () -> {
            throw new java.io.IOException("no broker");
        });
        parts.attempt("second", () -> {
            throw new NoClassDefFoundError("Browser");
        });
        parts.attempt("third", () -> report.value("measured", figures(7), 0, "s"));
        assertThat(parts.complete()).isFalse();
        report.printMarkdown();
        parts.print(printed);
        assertThat(said())
                .contains("| measured | 7 [7..7] |", "- first could not be measured to its end: ", "no broker")
                .containsPattern("first +0 s  NOT TO ITS END\nsecond +0 s  NOT TO ITS END\nthird +0 s  measured\n");
    }
}
