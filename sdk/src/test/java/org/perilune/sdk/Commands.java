package org.perilune.sdk;

import java.time.Duration;
import java.time.Instant;
import org.perilune.contracts.v1.Argument;
import org.perilune.contracts.v1.Command;
import org.perilune.sdk.wire.Micros;

/** Commands for tests. */
final class Commands {
    private Commands() {}

    static Command.Builder of(String id, String type) {
        return expiring(id, type, Duration.ofMinutes(5));
    }

    static Command.Builder expiring(String id, String type, Duration in) {
        Instant now = Instant.now();
        return Command.newBuilder()
                .setId(id)
                .setCommandType(type)
                .setSentMicros(Micros.of(now))
                .setNotAfterMicros(Micros.of(now.plus(in)));
    }

    static Argument number(String name, double number) {
        return Argument.newBuilder().setName(name).setNumber(number).build();
    }
}
