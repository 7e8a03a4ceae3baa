package org.perilune.launcher;

import java.util.List;
import java.util.TreeSet;
import org.perilune.contracts.Topology;

/** The topology as Mermaid draws it. */
final class Diagram {
    private Diagram() {}

    static String of(List<Topology.Service> services) {
        var text = new StringBuilder("```mermaid\nflowchart LR\n");
        for (Topology.Store store : Topology.Store.values()) {
            text.append("  %s[(%s)]\n".formatted(store.wireName(), store.wireName()));
        }
        for (Topology.Service service : services) {
            text.append("  %s[\"%s :%d\"]\n".formatted(service.name(), service.name(), service.port()));
        }
        for (Topology.Service service : services) {
            for (String callee : new TreeSet<>(service.calls())) {
                text.append("  %s --> %s\n".formatted(service.name(), callee));
            }
            for (Topology.Store store : new TreeSet<>(service.stores())) {
                text.append("  %s -.- %s\n".formatted(service.name(), store.wireName()));
            }
        }
        return text.append("```\n").toString();
    }
}
