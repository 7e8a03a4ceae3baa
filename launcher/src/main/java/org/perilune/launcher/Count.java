package org.perilune.launcher;

/** Numbers of things, in a sentence. */
final class Count {
    private Count() {}

    /** {@code 1 row}, {@code 2,345 rows}. */
    static String of(long count, String thing) {
        return "%,d %s".formatted(count, count == 1 ? thing : thing + "s");
    }

    /** {@code 1 row is}, {@code 2,345 rows are}. */
    static String are(long count, String thing) {
        return of(count, thing) + (count == 1 ? " is" : " are");
    }

    /** {@code 1 row was}, {@code no row was}, {@code 2,345 rows were}. */
    static String were(long count, String thing) {
        return count == 0 ? "no " + thing + " was" : of(count, thing) + (count == 1 ? " was" : " were");
    }
}
