package org.perilune.bench.load;

import java.security.SecureRandom;
import java.time.Clock;

/** Epochs as the journals of devices make them: later ones are greater, and no two are equal. */
public final class Epochs {
    private Epochs() {}

    public static long next() {
        return ((Clock.systemUTC().millis() / 100) << 24) | new SecureRandom().nextInt(1 << 24);
    }
}
