package org.perilune.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.perilune.contracts.Topology;

/** All parts together. */
final class Board {
    /** Without any one of these nothing new is recorded, or nothing can be seen. */
    private static final Set<String> ESSENTIAL = Set.of("crew", "batch-router", "telemetry");

    private final List<Watch> services;
    private final List<Watch> stores;
    private final Ingest ingest;
    private final EventFlow events;
    private final String version;
    private final LongSupplier uptimeSeconds;

    Board(
            List<Watch> services,
            List<Watch> stores,
            Ingest ingest,
            EventFlow events,
            String version,
            LongSupplier uptimeSeconds) {
        this.services = List.copyOf(services);
        this.stores = List.copyOf(stores);
        this.ingest = ingest;
        this.events = events;
        this.version = version;
        this.uptimeSeconds = uptimeSeconds;
    }

    record Answer(
            String status,
            String version,
            @JsonProperty("uptime_seconds") long uptimeSeconds,
            List<Part> services,
            List<Part> stores,
            Ingest.Answer ingest,
            List<EventFlow.Answer> events) {}

    Answer answer() {
        var processes = new HashSet<String>();
        List<Part> serviceParts = services.stream()
                .map(watch -> {
                    String process = watch.process();
                    boolean first = process == null || processes.add(process);
                    return first ? watch.part() : withoutMemory(watch.part());
                })
                .toList();
        List<Part> storeParts = stores.stream().map(Watch::part).toList();
        return new Answer(
                status(serviceParts, storeParts),
                version,
                uptimeSeconds.getAsLong(),
                serviceParts,
                storeParts,
                ingest.answer(isUp(serviceParts, "telemetry"), isUp(storeParts, "redis")),
                events.answer(name -> isUp(serviceParts, name)));
    }

    static String status(List<Part> services, List<Part> stores) {
        if (Stream.concat(services.stream(), stores.stream())
                .allMatch(part -> part.state().equals(Part.UP) || startsLate(part))) {
            return "up";
        }
        boolean essentialIsDown = services.stream()
                .anyMatch(
                        part -> ESSENTIAL.contains(part.name()) && part.state().equals(Part.DOWN));
        return essentialIsDown ? "down" : "degraded";
    }

    /** It starts in the background, when everything else is there. */
    private static boolean startsLate(Part part) {
        return part.name().equals(Topology.Store.OPENSEARCH.wireName())
                && part.state().equals(Part.UNKNOWN);
    }

    private static boolean isUp(List<Part> parts, String name) {
        return parts.stream().anyMatch(part -> part.name().equals(name) && Objects.equals(part.state(), Part.UP));
    }

    private static Part withoutMemory(Part part) {
        return new Part(
                part.name(),
                part.state(),
                part.address(),
                part.port(),
                part.detail(),
                part.uptimeSeconds(),
                null,
                part.latencyMillis());
    }
}
