package org.perilune.posts;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.Topology;
import org.perilune.flightlog.References;

/**
 * Asks telemetry and command-dispatcher whether what references point to is there. Who does not answer in time is not
 * waited for again within a request. Safe for threads.
 */
final class ReferenceCheck implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** For all references of one request; each answer may take as long as the deadline beyond that. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ServiceClient telemetry;
    private final ServiceClient dispatcher;
    private final ServiceTokens tokens;

    ReferenceCheck(URI telemetry, URI dispatcher, TlsConfig tls, ServiceTokens tokens) {
        this.telemetry = ServiceClient.open(Topology.TELEMETRY.name(), telemetry, TIMEOUT, tls);
        this.dispatcher = ServiceClient.open(Topology.COMMAND_DISPATCHER.name(), dispatcher, TIMEOUT, tls);
        this.tokens = tokens;
    }

    /**
     * @return false where somebody who knows did not answer, so that some were not checked
     * @throws ServiceException.Invalid with each that points to nothing
     */
    boolean check(List<Reference> references) {
        var round = new Round();
        for (int index = 0; index < references.size(); index++) {
            round.check(references.get(index), References.FIELD + "[" + index + "].");
        }
        if (!round.faults.isEmpty()) {
            var first = round.faults.getFirst();
            throw new ServiceException.Invalid(first.field() + ": " + first.detail(), round.faults);
        }
        return round.complete;
    }

    /** One request's questions. */
    private final class Round {
        private final List<ServiceException.Fault> faults = new ArrayList<>();
        private final Map<String, Optional<JsonNode>> answers = new HashMap<>();
        private final long began = System.nanoTime();
        private boolean complete = true;
        private boolean telemetryAway;
        private boolean dispatcherAway;

        void check(Reference reference, String place) {
            switch (reference.kind()) {
                case TELEMETRY -> telemetry(reference, place);
                case COMMAND -> command(reference, place);
                case ALARM -> {} // There are none yet.
            }
        }

        private void telemetry(Reference reference, String place) {
            if (telemetryAway || isLate()) {
                complete = false;
                return;
            }
            try {
                Optional<JsonNode> device = ask(telemetry, "/devices/" + reference.device());
                if (device.isEmpty()) {
                    fault(place + "device", "there is no device of that name");
                } else if (!shows(device.get(), String.valueOf(reference.parameter()))) {
                    fault(place + "parameter", reference.device() + " has no parameter of that name");
                }
            } catch (ServiceException away) {
                telemetryAway = true;
                complete = false;
            }
        }

        private void command(Reference reference, String place) {
            if (dispatcherAway || isLate()) {
                complete = false;
                return;
            }
            try {
                if (ask(dispatcher, "/commands/" + reference.id()).isEmpty()) {
                    fault(place + "id", "there is no command with that id");
                }
            } catch (ServiceException away) {
                dispatcherAway = true;
                complete = false;
            }
        }

        /** Empty where there is no such thing. */
        private Optional<JsonNode> ask(ServiceClient service, String path) {
            if (!answers.containsKey(path)) {
                answers.put(path, fetch(service, path));
            }
            return answers.getOrDefault(path, Optional.empty());
        }

        private Optional<JsonNode> fetch(ServiceClient service, String path) {
            try {
                return Optional.of(service.get(path, tokens.token(), JsonNode.class));
            } catch (ServiceException.NotFound unknown) {
                return Optional.empty();
            }
        }

        private boolean isLate() {
            return System.nanoTime() - began > PATIENCE.toNanos();
        }

        private void fault(String field, String detail) {
            faults.add(new ServiceException.Fault(field, detail));
        }
    }

    /** Declared, or seen. */
    private static boolean shows(JsonNode device, String parameter) {
        for (JsonNode declared : device.path("parameters")) {
            if (declared.path("name").asText().equals(parameter)) {
                return true;
            }
        }
        return device.path("values").has(parameter);
    }

    @Override
    public void close() {
        try (telemetry) {
            dispatcher.close();
        }
    }
}
