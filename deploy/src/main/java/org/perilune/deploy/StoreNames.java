package org.perilune.deploy;

import org.perilune.contracts.Topology.Store;

/** How stores are called in settings, and as hosts. */
final class StoreNames {
    private StoreNames() {}

    /** As in {@code telemetry.postgres.url}. */
    static String setting(Store store) {
        return store == Store.POSTGRESQL ? "postgres" : store.wireName();
    }

    /** Of the Compose service, and so its host name; AMQP and MQTT are named after the server. */
    static String host(Store store) {
        return switch (store) {
            case AMQP -> "rabbitmq";
            case MQTT -> "mosquitto";
            case POSTGRESQL, REDIS, MONGODB, OPENSEARCH -> store.wireName();
        };
    }
}
