package org.perilune.timeline.event;

import java.util.UUID;

/** Where an event is on the timeline: by time, those of one moment by id. */
public record Position(long timeMillis, UUID id) implements Comparable<Position> {
    private static final UUID LEAST = new UUID(Long.MIN_VALUE, Long.MIN_VALUE);

    /** Before all events of that moment. */
    public static Position before(long timeMillis) {
        return new Position(timeMillis, LEAST);
    }

    @Override
    public int compareTo(Position other) {
        int byTime = Long.compare(timeMillis, other.timeMillis);
        return byTime != 0 ? byTime : id.compareTo(other.id);
    }
}
