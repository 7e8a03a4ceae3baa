package org.perilune.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/** What services must be told to start at all, for the start that an image is trained by: nothing is there. */
final class TrainingSettings {
    private static final String NOWHERE = "127.0.0.1:1";
    private static final String STAND_IN = "nothing-takes-this-for-a-secret";

    private TrainingSettings() {}

    static String text() {
        var lines = new ArrayList<>(List.of("# Made by ./perilune deploy from the topology: not to be edited."));
        for (Service service : Topology.SERVICES) {
            for (Store store : service.stores()) {
                String prefix = service.name() + "." + StoreNames.setting(store);
                lines.add(prefix + ".user=" + service.databaseName());
                lines.add(prefix + ".password=" + STAND_IN);
                address(prefix, store).forEach((key, value) -> lines.add(prefix + key + "=" + value));
            }
            if (Topology.TOKENS.containsKey(service)) {
                lines.add(service.name() + ".token.secret=" + STAND_IN);
                lines.add("crew.services." + service.name() + ".secret=" + STAND_IN);
            }
        }
        lines.add("crew.administrator.password=" + STAND_IN);
        lines.add("crew.cli.secret=" + STAND_IN);
        lines.add("batch-router.ingest-mode=subscriber");
        lines.add("lunar-module.journal=/tmp/journal");
        return ComposeSettings.sorted(lines);
    }

    private static Map<String, String> address(String prefix, Store store) {
        return switch (store) {
            case POSTGRESQL -> Map.of(".url", "jdbc:postgresql://" + NOWHERE + "/" + prefix.split("\\.")[0]);
            case MONGODB -> Map.of(".url", "mongodb://" + NOWHERE);
            case OPENSEARCH -> Map.of(".url", "http://" + NOWHERE);
            case REDIS, MQTT, AMQP -> Map.of(".host", "127.0.0.1", ".port", "1");
        };
    }
}
