package org.perilune.commanddispatcher.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A locked command on its way through a transaction. Not safe for threads. */
public final class CommandLifecycle {
    /** A device that does not answer is told again; that it has the command does not mean that it will do it. */
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(60);

    private static final Duration QUICKEST_RETRY = Duration.ofSeconds(5);

    /**
     * How long after its time an answer is waited for: it may still be on its way. What is due is found within a
     * second, so that a command has ended 30 seconds after its time.
     */
    public static final Duration GRACE = Duration.ofSeconds(29);

    final UUID id;
    final Facts facts;
    final Instant expiresAt;
    final boolean handedOver;
    /** How long telemetry has to show it; null: the device's word counts. */
    final @Nullable Long withinSeconds;

    CommandState state;
    int attempts;
    boolean changed;
    String detail = "";

    @Nullable
    JsonNode results;

    @Nullable
    String approvedBy;

    @Nullable
    Instant executedAt;

    @Nullable
    Instant verifyUntil;

    @Nullable
    Instant nextAttemptAt;

    /** What does not change, for people. */
    record Facts(
            String device,
            String type,
            String requestedBy,
            Instant requestedAt,
            @Nullable String traceparent) {}

    CommandLifecycle(
            UUID id,
            Facts facts,
            CommandState state,
            Instant expiresAt,
            int attempts,
            boolean handedOver,
            @Nullable Long withinSeconds) {
        this.id = id;
        this.facts = facts;
        this.state = state;
        this.expiresAt = expiresAt;
        this.attempts = attempts;
        this.handedOver = handedOver;
        this.withinSeconds = withinSeconds;
    }

    void become(Transition step, CommandState to, Instant now) {
        state = to;
        detail = step.detail();
        results = step.results() == null ? results : step.results();
        changed = true;
        switch (to) {
            case HELD -> nextAttemptAt = expiresAt;
            case APPROVED -> {
                approvedBy = step.by();
                nextAttemptAt = now;
            }
            case SENT -> {
                attempts = 1;
                nextAttemptAt = retry(attempts, expiresAt, now);
            }
            case RECEIVED, EXECUTING -> nextAttemptAt = retry(Integer.MAX_VALUE, expiresAt, now);
            case VERIFYING -> {
                Duration within = Duration.ofSeconds(withinSeconds == null ? 0 : withinSeconds);
                executedAt = step.deviceTime() == null ? now : step.deviceTime();
                verifyUntil = now.plus(within);
                nextAttemptAt = verifyUntil;
            }
            case ACCEPTED, COMPLETED, FAILED, REJECTED, EXPIRED, CANCELLED, UNKNOWN -> nextAttemptAt = null;
        }
    }

    /** When a command that was sent so many times is looked at again, should nothing be heard of it. */
    public static Instant retry(int attempts, Instant expiresAt, Instant now) {
        if (!now.isBefore(expiresAt)) {
            return expiresAt.plus(GRACE);
        }
        Duration pause = QUICKEST_RETRY.multipliedBy(1L << Math.clamp(attempts - 1L, 0, 4));
        Instant retry = now.plus(pause.compareTo(SLOWEST_RETRY) < 0 ? pause : SLOWEST_RETRY);
        return retry.isBefore(expiresAt) ? retry : expiresAt;
    }
}
