package org.perilune.chassis.runtime;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;

/** Asks every driver on the class path what a failure means. */
public final class Failures {
    private static final List<DriverFailures> DRIVERS =
            ServiceLoader.load(DriverFailures.class, Failures.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private Failures() {}

    /** @see DriverFailures#isAway */
    public static boolean isAway(Throwable failure) {
        return DRIVERS.stream().anyMatch(driver -> driver.isAway(failure));
    }

    /** @see DriverFailures#undone */
    public static Optional<String> undone(Throwable failure) {
        return ask(driver -> driver.undone(failure));
    }

    /** @see DriverFailures#uncertain */
    public static Optional<String> uncertain(Throwable failure) {
        return ask(driver -> driver.uncertain(failure));
    }

    private static Optional<String> ask(Function<DriverFailures, Optional<String>> question) {
        return DRIVERS.stream().map(question).flatMap(Optional::stream).findFirst();
    }
}
