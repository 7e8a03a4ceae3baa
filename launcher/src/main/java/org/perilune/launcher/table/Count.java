package org.perilune.launcher.table;

/** Numbers of things, in a sentence. */
public final class Count {
    private Count() {}

    /** {@code 1 row}, {@code 2,345 rows}. */
    public static String of(long count, String thing) {
        return "%,d %s".formatted(count, count == 1 ? thing : thing + "s");
    }

    /** {@code 1 row is}, {@code 2,345 rows are}. */
    public static String are(long count, String thing) {
        return of(count, thing) + (count == 1 ? " is" : " are");
    }

    /** {@code 1 row was}, {@code no row was}, {@code 2,345 rows were}. */
    public static String were(long count, String thing) {
        return count == 0 ? "no " + thing + " was" : of(count, thing) + (count == 1 ? " was" : " were");
    }
}
