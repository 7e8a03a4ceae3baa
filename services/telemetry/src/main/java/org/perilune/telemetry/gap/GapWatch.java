package org.perilune.telemetry.gap;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Loop;

/**
 * Tells of frames that are missing, and that they have come, from the progress that is kept about once a second: storing
 * does nothing for it. What is just being caught up on is not told: a gap must stay as it is for some seconds, after a
 * silence that was announced for a minute. Every copy looks; one at a time tells.
 */
public final class GapWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PRUNE_EVERY = Duration.ofHours(1);
    private static final Duration RETENTION = Duration.ofDays(30);

    /** An epoch is told of once in that time at most: what is lost one by one is told together. */
    private static final Duration TOGETHER = Duration.ofMinutes(1);

    private static final Patience USUAL = new Patience(Duration.ofSeconds(3), Duration.ofMinutes(1));
    private static final Patience AFTER_SILENCE = new Patience(Duration.ofMinutes(1), Duration.ofMinutes(10));

    private final Postgres postgres;
    private final Runnable committed;
    private final Clock clock;
    private final Map<Epoch, Seen> seen = new HashMap<>();
    private final Loop loop;
    private Instant pruned;

    private record Epoch(int device, long number) {}

    /**
     * What is missing and not told.
     *
     * @param steady since when it has not shrunk
     */
    private record Seen(Instant first, Instant steady, long missing) {}

    /**
     * @param quiet for so long it must not shrink
     * @param longest after that it is told though it does
     */
    private record Patience(Duration quiet, Duration longest) {}

    private GapWatch(Postgres postgres, Runnable committed, Clock clock) {
        this.postgres = postgres;
        this.committed = committed;
        this.clock = clock;
        this.pruned = clock.instant();
        this.loop = Loop.start("telemetry-gaps", postgres::awaitMigrated, this::turn);
    }

    /** @param committed called when there is something in the outbox */
    public static GapWatch start(Postgres postgres, Runnable committed, Clock clock) {
        return new GapWatch(postgres, committed, clock);
    }

    private Duration turn() {
        Instant now = clock.instant();
        if (postgres.jdbi().inTransaction(handle -> tell(handle, now))) {
            committed.run();
        }
        return PERIOD;
    }

    private boolean tell(Handle handle, Instant now) {
        List<GapStore.Missing> ripe = ripe(GapStore.missing(handle), now);
        if (!GapStore.lock(handle)) {
            return false;
        }
        var events = new ArrayList<CloudEvent>();
        for (Gap gap : GapStore.close(handle, now)) {
            events.add(GapEvents.filled(gap, now));
        }
        if (!ripe.isEmpty()) {
            // Another copy may have told it since it was looked for.
            List<GapStore.Missing> still = GapStore.missing(handle);
            ripe.stream()
                    .filter(still::contains)
                    .map(missing -> GapStore.open(handle, Ids.next(clock), missing, now))
                    .forEach(gap -> events.add(GapEvents.found(gap, now)));
        }
        if (now.isAfter(pruned.plus(PRUNE_EVERY))) {
            pruned = now;
            GapStore.prune(handle, now, RETENTION);
        }
        Outbox.append(handle, events);
        return !events.isEmpty();
    }

    private List<GapStore.Missing> ripe(List<GapStore.Missing> all, Instant now) {
        var ripe = new ArrayList<GapStore.Missing>();
        var known = Map.copyOf(seen);
        seen.clear();
        for (GapStore.Missing missing : all) {
            var epoch = new Epoch(missing.deviceId(), missing.epoch());
            Seen before = known.getOrDefault(epoch, new Seen(now, now, missing.number()));
            Instant steady = missing.number() < before.missing() ? now : before.steady();
            seen.put(epoch, new Seen(before.first(), steady, missing.number()));
            Patience timeout = isAfterSilence(missing, now) ? AFTER_SILENCE : USUAL;
            boolean old = !now.isBefore(steady.plus(timeout.quiet()))
                    || !now.isBefore(before.first().plus(timeout.longest()));
            if (old && (missing.told() == null || !now.isBefore(missing.told().plus(TOGETHER)))) {
                ripe.add(missing);
            }
        }
        return ripe;
    }

    private static boolean isAfterSilence(GapStore.Missing missing, Instant now) {
        Instant from = missing.silenceFrom();
        Instant until = missing.silenceUntil();
        return from != null
                && until != null
                && !now.isBefore(from)
                && now.isBefore(until.plus(AFTER_SILENCE.longest()));
    }

    @Override
    public void close() {
        loop.close();
    }
}
