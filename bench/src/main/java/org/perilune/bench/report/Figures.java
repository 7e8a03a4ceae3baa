package org.perilune.bench.report;

import java.util.List;
import java.util.Locale;

/** One figure, run by run. */
public record Figures(List<Double> runs) {
    public Figures {
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("A figure needs a run");
        }
        runs = runs.stream().sorted().toList();
    }

    public double median() {
        int middle = runs.size() / 2;
        return runs.size() % 2 == 1 ? runs.get(middle) : (runs.get(middle - 1) + runs.get(middle)) / 2;
    }

    /** {@code 20,134 [19,870..20,201]}. */
    String text(int decimals) {
        String format = "%,." + decimals + "f";
        return String.format(
                Locale.ROOT, format + " [" + format + ".." + format + "]", median(), runs.getFirst(), runs.getLast());
    }
}
