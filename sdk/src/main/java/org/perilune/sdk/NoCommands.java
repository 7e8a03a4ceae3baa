package org.perilune.sdk;

import java.util.Optional;

/** For a device that only reports. */
final class NoCommands implements CommandHandler {
    private static final String REASON = "This device takes no commands";

    @Override
    public Optional<String> objection(DeviceCommand command) {
        return Optional.of(REASON);
    }

    @Override
    public CommandOutcome execute(DeviceCommand command) {
        return CommandOutcome.rejected(REASON);
    }
}
