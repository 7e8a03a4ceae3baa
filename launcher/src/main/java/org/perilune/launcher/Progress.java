package org.perilune.launcher;

import java.io.PrintStream;
import java.util.Locale;

/** Tells a person what is going on, with the seconds since it began. Safe for threads. */
final class Progress {
    private final PrintStream out;
    private final long began = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void tell(String sentence) {
        out.printf(Locale.ROOT, "[%5.1f s] %s%n", seconds(), sentence);
        out.flush();
    }

    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }
}
