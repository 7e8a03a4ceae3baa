package org.perilune.status;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.mongo.MongoConfig;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.opensearch.OpenSearchConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * @param services where each service of the topology listens, by name; of status itself only the name counts
 * @param management where each one's probes and metrics are; the same but for those with a port of their own for them
 */
public record StatusConfig(
        HttpConfig http,
        PostgresConfig postgres,
        RedisConfig redis,
        MqttConfig mqtt,
        MongoConfig mongo,
        AmqpConfig amqp,
        OpenSearchConfig opensearch,
        Map<String, URI> services,
        Map<String, URI> management) {
    public StatusConfig {
        services = Map.copyOf(services);
        management = Map.copyOf(management);
    }

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code redis.*}, {@code mqtt.*}, {@code mongodb.*}, {@code amqp.*},
     * {@code opensearch.*}, {@code services.<name>}, {@code management.<name>}.
     *
     * @param in the settings under {@code status.}
     */
    public static StatusConfig read(Settings in) {
        var services = new LinkedHashMap<String, URI>();
        var management = new LinkedHashMap<String, URI>();
        for (Topology.Service service : Topology.SERVICES) {
            URI address = address(in, "services." + service.name(), URI.create("http://127.0.0.1:" + service.port()));
            services.put(service.name(), address);
            management.put(service.name(), address(in, "management." + service.name(), address));
        }
        return new StatusConfig(
                HttpConfig.read(in, Topology.STATUS.port()),
                PostgresConfig.read(in, 1),
                RedisConfig.read(in),
                MqttConfig.read(in),
                MongoConfig.read(in),
                AmqpConfig.read(in),
                OpenSearchConfig.read(in),
                services,
                management);
    }

    private static URI address(Settings in, String key, URI fallback) {
        URI address = in.uri(key, fallback);
        boolean isHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!isHttp || address.getHost() == null) {
            in.fault(key, "must be an address such as " + fallback);
        }
        return address;
    }
}
