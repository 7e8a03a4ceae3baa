package org.perilune.status;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** A scrape in Prometheus' text format, each metric summed over its labels. Lines that cannot be read are skipped. */
final class Figures {
    private final Map<String, Double> sums = new HashMap<>();

    static Figures parse(String scrape) {
        var figures = new Figures();
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(figures::add);
        return figures;
    }

    private void add(String line) {
        int space = line.lastIndexOf(' ');
        if (space < 0) {
            return;
        }
        int labels = line.indexOf('{');
        String name = line.substring(0, labels < 0 ? space : Math.min(labels, space));
        try {
            sums.merge(name, Double.parseDouble(line.substring(space + 1)), Double::sum);
        } catch (NumberFormatException ignored) {
            // Not a metric of ours; the others still count.
        }
    }

    OptionalDouble value(String name) {
        Double value = sums.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
