package org.perilune.sdk;

import java.util.Optional;

/** What a device does with commands. Called on virtual threads of the device's. */
@FunctionalInterface
public interface CommandHandler {
    /**
     * Asked right before a command is begun, when those before it have ended.
     *
     * @return a reason to refuse it, for people; empty: go
     */
    default Optional<String> objection(DeviceCommand command) {
        return Optional.empty();
    }

    /**
     * Acts. Called once for each command, one at a time and in order of arrival; a second time only for a repeatable
     * command that a restart interrupted. An exception counts as failed, its message as the detail.
     */
    CommandOutcome execute(DeviceCommand command);

    /**
     * Whether commands of this type must not wait behind others, such as an emergency stop: they run on a lane of their
     * own, at the same time as what runs on the other. Must answer at once, and always the same.
     */
    default boolean urgent(String type) {
        return false;
    }
}
