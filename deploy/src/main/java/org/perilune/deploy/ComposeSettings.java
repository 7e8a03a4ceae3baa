package org.perilune.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/** One file of settings for all services of the Compose deployment; each reads its own lines. */
final class ComposeSettings {
    /** Of the network of the services; only they, and its gateway, can be there. */
    static final String SUBNET = "172.31.251.0/24";

    static final String GATEWAY = "172.31.251.1";

    /**
     * Whose word crew takes for where a browser is: every service's, as the console has no fixed address, but not the
     * gateway's. From there comes what is sent to crew's published port, and it could name any address.
     */
    static final String SERVICES_ALONE = Stream.of("2/31", "4/30", "8/29", "16/28", "32/27", "64/26", "128/25")
            .map(part -> "172.31.251." + part)
            .collect(Collectors.joining(","));

    static final String SECRETS = "/run/secrets/";

    private ComposeSettings() {}

    static String text() {
        var lines = new ArrayList<>(List.of(
                "# Made by ./perilune deploy from the topology: not to be edited.",
                "# Settings of your own go into settings.properties beside it."));
        for (Service service : Topology.SERVICES) {
            addresses(service, lines);
            for (Store store : service.stores()) {
                stores(service, store, lines);
            }
            if (Topology.TOKENS.containsKey(service)) {
                String file = SECRETS + Secrets.token(service);
                lines.add(service.name() + ".token.secret-file=" + file);
                lines.add("crew.services." + service.name() + ".secret-file=" + file);
            }
        }
        for (Service service : Topology.SERVICES) {
            lines.add("status.services." + service.name() + "=" + url(service));
        }
        lines.add("crew.administrator.password-file=" + SECRETS + Secrets.ADMINISTRATOR);
        lines.add("crew.cli.secret-file=" + SECRETS + Secrets.COMMAND_LINE);
        lines.add("crew.http.trusted-proxies=" + SERVICES_ALONE);
        lines.add("batch-router.ingest-mode=subscriber");
        lines.add("lunar-module.journal=/var/lib/perilune/journal");
        return sorted(lines);
    }

    /** Comments first, then keys by the alphabet. */
    static String sorted(List<String> lines) {
        var text = new StringBuilder();
        lines.stream()
                .filter(line -> line.startsWith("#"))
                .forEach(line -> text.append(line).append('\n'));
        lines.stream()
                .filter(line -> !line.startsWith("#"))
                .distinct()
                .sorted()
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static void addresses(Service service, List<String> lines) {
        String name = service.name();
        lines.add(name + ".http.host=0.0.0.0");
        lines.add(name + ".http.port=" + service.port());
        lines.add(name + ".tokens.keys-url=" + url(Topology.CREW) + "/keys");
        if (service.equals(Topology.STATUS)) {
            return;
        }
        for (String callee : service.calls()) {
            // Those who only check tokens ask crew for its keys, and for nothing else.
            if (!callee.equals(Topology.CREW.name()) || asksCrew(service)) {
                lines.add(name + "." + callee + ".url=" + url(Topology.service(callee)));
            }
        }
    }

    private static boolean asksCrew(Service service) {
        return Topology.TOKENS.containsKey(service) || service.equals(Topology.CONSOLE);
    }

    private static void stores(Service service, Store store, List<String> lines) {
        String prefix = service.name() + "." + StoreNames.setting(store);
        String host = StoreNames.host(store);
        boolean database = store == Store.POSTGRESQL || store == Store.MONGODB;
        String own = database ? service.databaseName() : service.name();
        lines.add(prefix + ".user=" + (store == Store.OPENSEARCH ? "admin" : own));
        lines.add(prefix + ".password-file=" + SECRETS + Secrets.of(service, store));
        switch (store) {
            case POSTGRESQL -> lines.add(prefix + ".url=jdbc:postgresql://" + host + ":5432/" + service.databaseName());
            case MONGODB -> {
                lines.add(prefix + ".url=mongodb://" + host + ":27017");
                lines.add(prefix + ".database=timeline");
            }
            case OPENSEARCH -> lines.add(prefix + ".url=http://" + host + ":9200");
            case REDIS -> hostAndPort(prefix, host, 6379, lines);
            case MQTT -> hostAndPort(prefix, host, 1883, lines);
            case AMQP -> hostAndPort(prefix, host, 5672, lines);
        }
    }

    private static void hostAndPort(String prefix, String host, int port, List<String> lines) {
        lines.add(prefix + ".host=" + host);
        lines.add(prefix + ".port=" + port);
    }

    private static String url(Service service) {
        return "http://" + service.name() + ":" + service.port();
    }
}
