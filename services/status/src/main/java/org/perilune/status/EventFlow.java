package org.perilune.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;

/** How events go between services, from their own figures. Safe for threads. */
final class EventFlow {
    private final Map<String, Figures> known = new HashMap<>();

    /**
     * A service that publishes or takes events. Null where it is not known just now.
     *
     * @param outboxWaiting events that the broker does not have yet
     */
    record Answer(
            String service,
            @JsonProperty("outbox_waiting") @Nullable Long outboxWaiting,
            List<Queue> queues) {}

    /**
     * A queue that the service takes from.
     *
     * @param lagSeconds how old the newest event was when it was handled; 0 where none came of late
     * @param handled since the service started
     * @param failures tries that failed, since the service started
     */
    record Queue(
            String name,
            @JsonProperty("lag_seconds") @Nullable Double lagSeconds,
            @Nullable Long handled,
            @Nullable Long failures) {}

    synchronized void service(String name, Figures figures) {
        known.put(name, figures);
    }

    /** Figures of a service that is away are old, and left out. */
    synchronized List<Answer> answer(Predicate<String> isUp) {
        return Topology.SERVICES.stream()
                .map(Topology.Service::name)
                .filter(name -> publishesOrTakes(known.get(name)))
                .map(name -> answer(name, isUp.test(name) ? known.get(name) : null))
                .toList();
    }

    private static boolean publishesOrTakes(@Nullable Figures figures) {
        return figures != null
                && (figures.value("outbox_waiting").isPresent()
                        || !figures.byLabel("events_handled_total").isEmpty());
    }

    private static Answer answer(String name, @Nullable Figures figures) {
        if (figures == null) {
            return new Answer(name, null, List.of());
        }
        Map<String, Double> handled = figures.byLabel("events_handled_total");
        Map<String, Double> failures = figures.byLabel("events_failures_total");
        Map<String, Double> lags = figures.byLabel("events_lag_seconds");
        List<Queue> queues = new TreeSet<>(handled.keySet())
                .stream()
                        .map(queue -> new Queue(
                                queue, tenths(lags.get(queue)), whole(handled.get(queue)), whole(failures.get(queue))))
                        .toList();
        OptionalDouble waiting = figures.value("outbox_waiting");
        return new Answer(name, waiting.isPresent() ? whole(waiting.getAsDouble()) : null, queues);
    }

    private static @Nullable Long whole(@Nullable Double value) {
        return value == null || value.isNaN() ? null : Math.round(value);
    }

    private static @Nullable Double tenths(@Nullable Double value) {
        return value == null || value.isNaN() ? null : Math.round(value * 10) / 10.0;
    }
}
