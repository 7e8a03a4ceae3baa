package org.perilune.timeline.api;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.Faults;
import org.perilune.timeline.launch.DispatcherClient;

/** Dry runs at command-dispatcher, so that a wrong argument is refused now and not when the event is due. */
public final class DryRuns {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final DispatcherClient dispatcher;

    public DryRuns(DispatcherClient dispatcher) {
        this.dispatcher = dispatcher;
    }

    private record Question(@Nullable String device, EventCommand command) {}

    /**
     * Each command once. Where the dispatcher is away, or slow, the rest goes unchecked.
     *
     * @param prefixes go before the names of fields in faults, one for each event
     * @throws ServiceException.Invalid with all faults
     */
    void check(Context context, List<Event> events, List<String> prefixes) {
        String token = Objects.requireNonNullElse(context.header("Authorization"), "Bearer ")
                .substring("Bearer ".length())
                .strip();
        long began = System.nanoTime();
        var faults = new Faults();
        var asked = new HashSet<Question>();
        for (int position = 0; position < events.size(); position++) {
            Event event = events.get(position);
            EventCommand command = event.command();
            if (command == null || !asked.add(new Question(event.device(), command))) {
                continue;
            }
            var found = dispatcher.dryRun(event.device(), command, token);
            if (found.isEmpty() || System.nanoTime() - began > LONGEST.toNanos()) {
                break;
            }
            faults.addAll(prefixes.get(position), found.get());
        }
        faults.check();
    }
}
