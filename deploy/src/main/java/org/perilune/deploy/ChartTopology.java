package org.perilune.deploy;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/** The topology as the chart's templates read it. */
@SuppressWarnings("InlineFormatString") // templates are read apart from what fills them
final class ChartTopology {
    private static final String SERVICE = """
            - name: %s
              port: %d
              stores: [%s]
              calls: [%s]
              queue: "%s"
              streams: [%s]
              secrets: [%s]
              token: %s
              memory: %d
              processor: %d
              scaling: %s
              copies: %d
            """;

    private ChartTopology() {}

    static String text() {
        var text = new StringBuilder("# Made by ./perilune deploy from the topology: not to be edited.\nservices:\n");
        for (Service service : Topology.SERVICES) {
            text.append(SERVICE.formatted(
                    service.name(),
                    service.port(),
                    list(service.stores().stream().map(StoreNames::setting).toList()),
                    list(service.calls()),
                    service.consumes().isEmpty() ? "" : Exchanges.queueOf(service),
                    list(service.reads()),
                    list(Secrets.of(service)),
                    Topology.TOKENS.containsKey(service),
                    service.capacity().memory(),
                    service.capacity().processor(),
                    service.capacity().scaling().name().toLowerCase(Locale.ROOT),
                    service.capacity().copies()));
        }
        return text.toString();
    }

    private static String list(Collection<String> names) {
        return names.stream().sorted().map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
    }
}
