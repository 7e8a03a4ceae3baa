package org.perilune.console;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * @param publicUrl where browsers find the console, for one behind a proxy; empty: at whatever host they ask for
 * @param missionStart where mission-elapsed time begins; empty: nobody said, and no such clock is shown
 * @param secureCookies false only for browsers that refuse Secure cookies on http://localhost, such as Safari
 */
public record ConsoleConfig(
        HttpConfig http,
        Optional<URI> publicUrl,
        URI telemetry,
        URI status,
        URI crew,
        URI commandDispatcher,
        URI timeline,
        URI eventBus,
        URI posts,
        URI comments,
        URI moderation,
        URI query,
        String missionName,
        Optional<Instant> missionStart,
        boolean secureCookies) {
    /** @param in the settings below {@code console.} */
    public static ConsoleConfig read(Settings in) {
        return new ConsoleConfig(
                HttpConfig.read(in, Topology.CONSOLE.port()),
                publicUrl(in),
                url(in, Topology.TELEMETRY),
                url(in, Topology.STATUS),
                url(in, Topology.CREW),
                url(in, Topology.COMMAND_DISPATCHER),
                url(in, Topology.TIMELINE),
                url(in, Topology.EVENT_BUS),
                url(in, Topology.POSTS),
                url(in, Topology.COMMENTS),
                url(in, Topology.MODERATION),
                url(in, Topology.QUERY),
                in.text("mission.name", "Perilune"),
                missionStart(in),
                in.flag("secure-cookies", true));
    }

    private static Optional<URI> publicUrl(Settings in) {
        if (in.optionalText("public-url").isEmpty()) {
            return Optional.empty();
        }
        URI url = in.uri("public-url", URI.create("https://perilune.example"));
        boolean bare = url.getRawPath() == null
                || url.getRawPath().isEmpty()
                || url.getRawPath().equals("/");
        if (!List.of("http", "https").contains(url.getScheme()) || !bare || url.getRawQuery() != null) {
            in.fault("public-url", "must be scheme and host only, such as https://perilune.example");
        }
        return Optional.of(url);
    }

    private static URI url(Settings in, Topology.Service service) {
        return in.uri(service.name() + ".url", URI.create("http://127.0.0.1:" + service.port()));
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
