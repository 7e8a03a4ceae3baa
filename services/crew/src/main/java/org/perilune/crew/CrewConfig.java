package org.perilune.crew;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * @param administratorName of the first person, made when there is nobody yet
 * @param commandLineSecret what the client {@code cli} shows for its tokens
 * @param serviceSecrets what services that call others show for their tokens, by service
 */
public record CrewConfig(
        HttpConfig http,
        PostgresConfig postgres,
        AmqpConfig amqp,
        String administratorName,
        Secret administratorPassword,
        Secret commandLineSecret,
        Map<String, Secret> serviceSecrets) {
    private static final int SHORTEST_SECRET = 16;
    private static final int POOL_SIZE = 8;
    /** The console on the same machine, which says whose browser it asks for. */
    private static final String CONSOLE = "127.0.0.1,::1";

    public CrewConfig {
        serviceSecrets = Map.copyOf(serviceSecrets);
    }

    /** @param in the settings below {@code crew.} */
    public static CrewConfig read(Settings in) {
        String name = in.text("administrator.name", "admin").toLowerCase(Locale.ROOT);
        if (!PersonName.isValid(name)) {
            in.fault("administrator.name", PersonName.RULE);
        }
        Secret password = in.secret("administrator.password");
        // An absent secret is reported already, and reads as empty.
        if (!password.reveal().isEmpty()) {
            new PasswordRules()
                    .objection(password.reveal(), name)
                    .ifPresent(objection -> in.fault("administrator.password", objection));
        }
        Secret commandLine = longSecret(in, "cli.secret");
        var services = new HashMap<String, Secret>();
        for (Topology.Service service : Topology.TOKENS.keySet()) {
            services.put(service.name(), longSecret(in, "services." + service.name() + ".secret"));
        }
        return new CrewConfig(
                HttpConfig.read(in, Topology.CREW.port(), CONSOLE),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in),
                name,
                password,
                commandLine,
                services);
    }

    private static Secret longSecret(Settings in, String key) {
        Secret secret = in.secret(key);
        if (!secret.reveal().isEmpty() && secret.reveal().length() < SHORTEST_SECRET) {
            in.fault(key, "must have " + SHORTEST_SECRET + " characters or more");
        }
        return secret;
    }
}
