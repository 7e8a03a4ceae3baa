package org.perilune.chassis.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Levenshtein's distance, for suggesting the nearest known key. */
final class EditDistance {
    private static final int NEAR = 3;

    private EditDistance() {}

    /** The one that was probably meant; empty where none is near. */
    static Optional<String> nearest(Collection<String> known, String given) {
        return known.stream()
                .filter(one -> between(one, given) <= NEAR)
                .min(Comparator.comparingInt(one -> between(one, given)));
    }

    private static int between(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= left.length(); row++) {
            int[] current = new int[right.length() + 1];
            current[0] = row;
            for (int column = 1; column <= right.length(); column++) {
                int change = left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1;
                current[column] =
                        Math.min(Math.min(current[column - 1], previous[column]) + 1, previous[column - 1] + change);
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
