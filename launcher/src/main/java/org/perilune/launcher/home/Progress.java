package org.perilune.launcher.home;

import java.io.PrintStream;
import java.util.Locale;

/** Tells a person what is going on, with the seconds since it began. Safe for threads. */
public final class Progress {
    private final PrintStream out;
    private final long began = System.nanoTime();

    public Progress(PrintStream out) {
        this.out = out;
    }

    public void tell(String sentence) {
        out.printf(Locale.ROOT, "[%5.1f s] %s%n", seconds(), sentence);
        out.flush();
    }

    public double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }
}
