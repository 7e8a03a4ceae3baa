package org.perilune.crew;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.settings.Secret;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;

/** Who gets a token for a secret of its own: the command line, and services that call others. */
final class Programs {
    private static final String COMMAND_LINE = "cli";

    private final Map<String, Program> byClient = new HashMap<>();

    /**
     * @param subject of its tokens
     * @param most the highest role that it may ask for
     */
    record Program(String subject, Secret secret, Role most) {}

    Programs(CrewConfig config) {
        byClient.put(
                COMMAND_LINE,
                new Program(Principal.PROGRAM + COMMAND_LINE, config.commandLineSecret(), Role.ADMINISTRATOR));
        Topology.TOKENS.forEach((service, role) -> {
            Secret secret = config.serviceSecrets().get(service.name());
            if (secret != null) {
                String subject = Principal.SERVICE + service.name();
                byClient.put(subject, new Program(subject, secret, role));
            }
        });
    }

    Optional<Program> named(String client) {
        return Optional.ofNullable(byClient.get(client));
    }
}
