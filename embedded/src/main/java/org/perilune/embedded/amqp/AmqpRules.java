package org.perilune.embedded.amqp;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/**
 * What services may not do at the embedded AMQP broker: take events out of another's queue or the dead letters, put
 * messages into queues past the exchanges, and delete what is durable. event-bus may handle dead letters. As Broker-J
 * reads it: the first rule that fits counts, and what none fits is allowed. It asks no rule before it empties a queue.
 */
final class AmqpRules {
    private static final String EVERYBODY = "ALL";

    private AmqpRules() {}

    /** A JSON array. */
    static String of(Collection<Service> services) {
        var rules = new ArrayList<String>();
        for (Service service : services) {
            owns(rules, service, Exchanges.queueOf(service));
        }
        owns(rules, Topology.EVENT_BUS, Exchanges.DEAD_LETTER_QUEUE);
        rules.add(rule("ALLOW", Topology.EVENT_BUS.name(), "PUBLISH", "EXCHANGE", ""));
        for (String exchange : List.of(Exchanges.EVENTS, Exchanges.DEAD_LETTERS)) {
            rules.add(rule("ALLOW", EVERYBODY, "PUBLISH", "EXCHANGE", name(exchange)));
        }
        rules.add(rule("DENY", EVERYBODY, "PUBLISH", "EXCHANGE", ""));
        rules.add(rule("DENY", EVERYBODY, "DELETE", "QUEUE", "\"DURABLE\": \"true\""));
        rules.add(rule("DENY", EVERYBODY, "DELETE", "EXCHANGE", ""));
        return "[" + String.join(", ", rules) + "]";
    }

    private static void owns(List<String> rules, Service service, String queue) {
        rules.add(rule("ALLOW", service.name(), "CONSUME", "QUEUE", name(queue)));
        rules.add(rule("DENY", EVERYBODY, "CONSUME", "QUEUE", name(queue)));
    }

    private static String name(String name) {
        return "\"NAME\": \"%s\"".formatted(name);
    }

    private static String rule(String outcome, String identity, String operation, String object, String attributes) {
        return """
                {"outcome": "%s", "identity": "%s", "operation": "%s", "objectType": "%s", "attributes": {%s}}""".formatted(outcome, identity, operation, object, attributes);
    }
}
