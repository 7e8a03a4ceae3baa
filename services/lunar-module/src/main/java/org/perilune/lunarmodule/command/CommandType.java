package org.perilune.lunarmodule.command;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the flight computer can do. */
enum CommandType {
    START_MISSION,
    PAUSE_MISSION,
    EMERGENCY_STOP,
    RESET_SYSTEM,
    SET_REPORT_INTERVAL,
    SET_ATTITUDE,
    FIRE_ENGINE;

    /** There are no others. All must be given, but an axis that is left out is turned to 0°. */
    Set<String> arguments() {
        return switch (this) {
            case START_MISSION, PAUSE_MISSION, EMERGENCY_STOP, RESET_SYSTEM -> Set.of();
            case SET_REPORT_INTERVAL -> Set.of("interval");
            case SET_ATTITUDE -> Set.of("roll", "pitch", "yaw");
            case FIRE_ENGINE -> Set.of("delta_v");
        };
    }

    static Optional<CommandType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(CommandType::name).collect(Collectors.joining(", "));
    }
}
