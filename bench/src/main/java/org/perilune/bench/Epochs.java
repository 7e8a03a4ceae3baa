package org.perilune.bench;

import java.security.SecureRandom;
import java.time.Clock;

/** Epochs as the journals of devices make them: later ones are greater, and no two are equal. */
final class Epochs {
    private Epochs() {}

    static long next() {
        return ((Clock.systemUTC().millis() / 100) << 24) | new SecureRandom().nextInt(1 << 24);
    }
}
