package org.perilune.console;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.perilune.chassis.HttpConfig;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Topology;

/**
 * @param missionStart where mission-elapsed time begins; empty: when the console started
 * @param secureCookies false only for browsers that refuse Secure cookies on http://localhost, such as Safari
 */
public record ConsoleConfig(
        HttpConfig http,
        URI telemetry,
        URI status,
        URI crew,
        URI commandDispatcher,
        URI timeline,
        String missionName,
        Optional<Instant> missionStart,
        boolean secureCookies) {
    /** @param in the settings below {@code console.} */
    public static ConsoleConfig read(Settings in) {
        return new ConsoleConfig(
                HttpConfig.read(in, Topology.CONSOLE.port()),
                in.uri("telemetry.url", URI.create("http://127.0.0.1:" + Topology.TELEMETRY.port())),
                in.uri("status.url", URI.create("http://127.0.0.1:" + Topology.STATUS.port())),
                in.uri("crew.url", URI.create("http://127.0.0.1:" + Topology.CREW.port())),
                in.uri("command-dispatcher.url", URI.create("http://127.0.0.1:" + Topology.COMMAND_DISPATCHER.port())),
                in.uri("timeline.url", URI.create("http://127.0.0.1:" + Topology.TIMELINE.port())),
                in.text("mission.name", "Perilune"),
                missionStart(in),
                in.flag("secure-cookies", true));
    }

    private static Optional<Instant> missionStart(Settings in) {
        Optional<String> text = in.optionalText("mission.start");
        try {
            return text.map(Instant::parse);
        } catch (DateTimeParseException notAnInstant) {
            in.fault("mission.start", "'" + text.orElse("") + "' is not an instant such as 2026-11-21T02:38:00Z");
            return Optional.empty();
        }
    }
}
