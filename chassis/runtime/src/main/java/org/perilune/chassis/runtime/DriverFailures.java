package org.perilune.chassis.runtime;

import java.util.Optional;

/**
 * What failures of one driver mean, told to code that does not know the driver. A module with a driver names its own in
 * {@code META-INF/services}. Safe for threads.
 */
public interface DriverFailures {
    /** Whether the server is away or out of resources, so that the same may succeed later. */
    boolean isAway(Throwable failure);

    /**
     * A sentence for people where the server is away and nothing was changed. Only a driver whose server undoes what was
     * not finished can say so.
     */
    default Optional<String> undone(Throwable failure) {
        return Optional.empty();
    }

    /** A sentence for people where what was asked for may have been done although the server did not say so. */
    default Optional<String> uncertain(Throwable failure) {
        return Optional.empty();
    }
}
