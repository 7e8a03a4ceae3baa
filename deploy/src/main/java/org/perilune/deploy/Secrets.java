package org.perilune.deploy;

import java.util.ArrayList;
import java.util.List;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/** Names of the secrets of a deployment, each a file of that name. */
final class Secrets {
    /** The first password of the administrator. */
    static final String ADMINISTRATOR = "crew-administrator";

    /** What {@code ./perilune token} shows. */
    static final String COMMAND_LINE = "crew-cli";

    private Secrets() {}

    /** The service's password at the store; OpenSearch has one account for all. */
    static String of(Service service, Store store) {
        if (store == Store.OPENSEARCH) {
            return "opensearch-administrator";
        }
        return service.name() + "-" + StoreNames.setting(store);
    }

    /** What the service shows for its tokens. */
    static String token(Service service) {
        return service.name() + "-token";
    }

    /** What a service reads, in the order of the alphabet. */
    static List<String> of(Service service) {
        var names = new ArrayList<String>();
        service.stores().forEach(store -> names.add(of(service, store)));
        if (Topology.TOKENS.containsKey(service)) {
            names.add(token(service));
        }
        if (service.equals(Topology.CREW)) {
            names.add(ADMINISTRATOR);
            names.add(COMMAND_LINE);
            Topology.TOKENS.keySet().forEach(other -> names.add(token(other)));
        }
        return names.stream().sorted().toList();
    }

    /** Of all services. */
    static List<String> all() {
        return Topology.SERVICES.stream()
                .flatMap(service -> of(service).stream())
                .distinct()
                .sorted()
                .toList();
    }
}
