package org.perilune.sdk.link;

import java.time.Duration;

/** When what was sent but is not settled must be sent again. Not safe for use by several threads. */
final class Resend {
    private static final int MOST_DOUBLINGS = 5;
    private static final int LONGEST_FACTOR = 20;

    private final Duration first;
    private int doublings;
    private long seenSettlements = -1;
    private boolean waiting;
    private long sinceNanos;

    Resend(Duration first) {
        this.first = first;
    }

    void observe(long settlements, boolean awaitsSettlement, long now) {
        if (settlements != seenSettlements) {
            doublings = 0;
        }
        if (settlements != seenSettlements || (awaitsSettlement && !waiting)) {
            sinceNanos = now;
        }
        seenSettlements = settlements;
        waiting = awaitsSettlement;
    }

    /** Longer each time in vain: where the ground cannot store, sending again and again only fills its queues. */
    Duration after() {
        Duration doubled = first.multipliedBy(1L << Math.min(doublings, MOST_DOUBLINGS));
        Duration most = first.multipliedBy(LONGEST_FACTOR);
        return doubled.compareTo(most) > 0 ? most : doubled;
    }

    boolean isDue(long now) {
        return waiting && dueInNanos(now) <= 0;
    }

    long dueInNanos(long now) {
        return waiting ? sinceNanos + after().toNanos() - now : Long.MAX_VALUE;
    }

    void again() {
        doublings++;
        waiting = false;
    }
}
