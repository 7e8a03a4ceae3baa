package org.perilune.launcher.home;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;

/** Tokens for the command line, from the crew of a running instance. */
public final class Tokens {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private Tokens() {}

    private record Issued(String access_token, long expires_in) {}

    public static String of(Home home, String role) {
        if (Role.ofWireName(role).isEmpty()) {
            throw new LauncherException("There is no role " + role + "; there are "
                    + Stream.of(Role.values()).map(Role::wireName).collect(Collectors.joining(", ")));
        }
        int port = StateFile.require(home).port(Topology.CREW.name());
        var request = Map.of("client", "cli", "secret", Home.read(home.commandLineSecret()), "role", role);
        try (var crew = ServiceClient.open("crew", URI.create("http://127.0.0.1:" + port), DEADLINE)) {
            return crew.post("/tokens", Optional.empty(), request, Issued.class).access_token();
        }
    }
}
