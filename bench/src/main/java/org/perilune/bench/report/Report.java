package org.perilune.bench.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table that a bench prints. Not safe for threads. */
public final class Report {
    private static final List<String> HEADER = List.of("figure", "measured", "unit", "runs", "wanted", "");

    private final PrintStream out;
    private final List<List<String>> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    public Report(PrintStream out) {
        this.out = out;
    }

    /** What is going on, at once. */
    public void tell(String sentence) {
        out.println("  " + sentence);
        out.flush();
    }

    public void atLeast(String figure, Figures figures, int decimals, String unit, double wanted) {
        row(figure, figures, decimals, unit, "≥ ", wanted, figures.median() >= wanted);
    }

    public void atMost(String figure, Figures figures, int decimals, String unit, double wanted) {
        row(figure, figures, decimals, unit, "≤ ", wanted, figures.median() <= wanted);
    }

    /** A figure without a target. */
    public void value(String figure, Figures figures, int decimals, String unit) {
        rows.add(List.of(figure, figures.text(decimals), unit, count(figures), "", ""));
    }

    public void note(String sentence) {
        notes.add(sentence);
    }

    public void print() {
        out.println();
        out.println(Machine.describe());
        out.println("Medians [least..greatest] of the runs.");
        out.println();
        var all = new ArrayList<List<String>>();
        all.add(HEADER);
        all.addAll(rows);
        for (List<String> row : all) {
            var line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int widest = width(all, column);
                String cell = row.get(column);
                line.append(cell).append(" ".repeat(widest - cell.length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
        notes.forEach(note -> out.println("- " + note));
        out.println();
    }

    /** The same for a document. */
    public void printMarkdown() {
        out.println();
        out.println(Machine.describe() + ". Medians [least..greatest] of the runs.");
        out.println();
        out.println("| " + String.join(" | ", HEADER) + " |");
        out.println("|" + " --- |".repeat(HEADER.size()));
        rows.forEach(row -> out.println("| " + String.join(" | ", row) + " |"));
        out.println();
        notes.stream().distinct().forEach(note -> out.println("- " + note));
    }

    private static int width(List<List<String>> all, int column) {
        return all.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private void row(
            String figure, Figures figures, int decimals, String unit, String sign, double wanted, boolean met) {
        String target = sign + String.format(Locale.ROOT, "%,." + decimals + "f", wanted);
        rows.add(List.of(figure, figures.text(decimals), unit, count(figures), target, met ? "met" : "MISSED"));
    }

    private static String count(Figures figures) {
        return Integer.toString(figures.runs().size());
    }
}
