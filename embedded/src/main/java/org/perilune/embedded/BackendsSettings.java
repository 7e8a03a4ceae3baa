package org.perilune.embedded;

import static org.perilune.contracts.Topology.Store.AMQP;
import static org.perilune.contracts.Topology.Store.MONGODB;
import static org.perilune.contracts.Topology.Store.MQTT;
import static org.perilune.contracts.Topology.Store.OPENSEARCH;
import static org.perilune.contracts.Topology.Store.POSTGRESQL;
import static org.perilune.contracts.Topology.Store.REDIS;

import java.util.Map;
import java.util.TreeMap;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.amqp.AmqpServer;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Secrets;
import org.perilune.embedded.mongo.MongoServer;
import org.perilune.embedded.mqtt.MqttUsers;
import org.perilune.embedded.opensearch.OpenSearchServer;
import org.perilune.embedded.postgres.PostgresRoles;
import org.perilune.embedded.redis.RedisServer;

/** What services must be told to reach the servers. */
final class BackendsSettings {
    private static final String HOST = "127.0.0.1";

    private BackendsSettings() {}

    static Map<String, String> of(BackendsConfig config, Secrets secrets, Map<Store, Integer> ports) {
        var settings = new TreeMap<String, String>();
        for (Service service : Topology.SERVICES) {
            String name = service.name();
            String database = service.databaseName();
            if (service.hasDatabase() && config.databases().contains(database)) {
                settings.put(
                        name + ".postgres.url",
                        "jdbc:postgresql://" + HOST + ":" + ports.get(POSTGRESQL) + "/" + database);
                settings.put(name + ".postgres.user", database);
                settings.put(name + ".postgres.password-file", path(secrets, PostgresRoles.secret(database)));
            }
            if (service.stores().contains(REDIS)) {
                settings.put(name + ".redis.host", HOST);
                settings.put(name + ".redis.port", String.valueOf(ports.get(REDIS)));
                settings.put(name + ".redis.user", name);
                settings.put(name + ".redis.password-file", path(secrets, RedisServer.secret(name)));
            }
            if (service.stores().contains(MQTT)) {
                settings.put(name + ".mqtt.host", HOST);
                settings.put(name + ".mqtt.port", String.valueOf(ports.get(MQTT)));
                settings.put(name + ".mqtt.user", name);
                settings.put(name + ".mqtt.password-file", path(secrets, MqttUsers.secret(name)));
            }
            if (service.stores().contains(MONGODB)) {
                settings.put(name + ".mongodb.host", HOST);
                settings.put(name + ".mongodb.port", String.valueOf(ports.get(MONGODB)));
                settings.put(name + ".mongodb.user", name);
                settings.put(name + ".mongodb.password-file", path(secrets, MongoServer.secret(name)));
                settings.put(name + ".mongodb.database", database);
            }
            if (service.stores().contains(AMQP)) {
                settings.put(name + ".amqp.host", HOST);
                settings.put(name + ".amqp.port", String.valueOf(ports.get(AMQP)));
                settings.put(name + ".amqp.user", name);
                settings.put(name + ".amqp.password-file", path(secrets, AmqpServer.secret(name)));
                settings.put(name + ".amqp.vhost", AmqpServer.VIRTUAL_HOST);
                settings.put(name + ".amqp.queue-type", "classic");
            }
            if (service.stores().contains(OPENSEARCH)) {
                settings.put(name + ".opensearch.enabled", Boolean.toString(config.search()));
                settings.put(name + ".opensearch.url", "http://" + HOST + ":" + ports.get(OPENSEARCH));
                settings.put(name + ".opensearch.user", name);
                settings.put(name + ".opensearch.password-file", path(secrets, OpenSearchServer.secret(name)));
            }
        }
        return Map.copyOf(settings);
    }

    private static String path(Secrets secrets, String name) {
        return secrets.file(name).toString();
    }
}
