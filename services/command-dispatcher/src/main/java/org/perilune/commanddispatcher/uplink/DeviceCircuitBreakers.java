package org.perilune.commanddispatcher.uplink;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which devices take commands just now, as far as sending has shown. A device of which nothing is known is tried with
 * one command; the others follow when that is through, so that they stay in order and a device without a link costs
 * one try a round. Commands of a device without a link are set aside in the database, and are sent first, the oldest
 * before the others, when it has one. Not safe for threads.
 */
final class DeviceCircuitBreakers {
    private static final Duration QUICKEST_RETRY = Duration.ofSeconds(1);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(30);

    private final Map<String, Link> links = new HashMap<>();

    private enum State {
        UP,
        /** It takes commands, and those that waited for it are sent first. */
        CATCHING_UP,
        PROBED,
        DARK
    }

    /** @param connected the device came while it was tried: the try says nothing of how it is now */
    private record Link(State state, int failures, Instant retry, boolean connected) {
        /** A pause that is longer than any was made by a clock that has been set back since. */
        boolean pauses(Instant now) {
            return now.isBefore(retry) && !retry.isAfter(now.plus(SLOWEST_RETRY));
        }
    }

    /** Devices whose commands need not be looked at before something changes, and those that are looked at by name. */
    List<String> excluded(Instant now) {
        return links.entrySet().stream()
                .filter(link -> switch (link.getValue().state) {
                    case UP -> false;
                    case CATCHING_UP, PROBED -> true;
                    case DARK -> link.getValue().pauses(now);
                })
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Devices that have no link: what is for them waits. */
    List<String> dark() {
        return links.entrySet().stream()
                .filter(link -> link.getValue().state == State.DARK)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Devices without a link that are to be tried again. */
    List<String> retrying(Instant now, int most) {
        return links.entrySet().stream()
                .filter(link ->
                        link.getValue().state == State.DARK && !link.getValue().pauses(now))
                .map(Map.Entry::getKey)
                .limit(most)
                .toList();
    }

    /** Devices that take what waited for them. */
    List<String> catchingUp(int most) {
        return links.entrySet().stream()
                .filter(link -> link.getValue().state == State.CATCHING_UP)
                .map(Map.Entry::getKey)
                .limit(most)
                .toList();
    }

    /** Nothing waits for the device any more: its commands are found by when they are due. */
    void caughtUp(String device) {
        links.computeIfPresent(
                device,
                (_, link) -> link.state == State.CATCHING_UP ? new Link(State.UP, 0, Instant.EPOCH, false) : link);
    }

    /** Nothing waits for the device: of what comes next the first is a try. */
    void idle(String device) {
        links.remove(device);
    }

    /** Commands wait for the device, from before: its oldest one is a try. */
    void waitedFor(String device) {
        links.putIfAbsent(device, new Link(State.DARK, 0, Instant.EPOCH, false));
    }

    /** Whether a command may go to the device now; the first to one of which nothing is known is its try. */
    boolean take(String device, Instant now) {
        Link link = links.get(device);
        if (link != null && (link.state == State.UP || link.state == State.CATCHING_UP)) {
            return true;
        }
        if (link != null && (link.state == State.PROBED || link.pauses(now))) {
            return false;
        }
        links.put(device, new Link(State.PROBED, link == null ? 0 : link.failures, now, false));
        return true;
    }

    void delivered(String device) {
        Link link = links.get(device);
        if (link == null || link.state == State.UP || link.state == State.CATCHING_UP) {
            return;
        }
        links.put(device, new Link(State.CATCHING_UP, 0, Instant.EPOCH, false));
    }

    /** @return whether that is news */
    boolean failed(String device, Instant now) {
        Link link = links.get(device);
        if (link != null && link.connected) {
            links.put(device, new Link(State.DARK, 0, Instant.EPOCH, false));
            return false;
        }
        if (link != null && link.state == State.DARK) {
            return false;
        }
        int failures = link == null ? 0 : link.failures;
        Duration pause = QUICKEST_RETRY.multipliedBy(1L << Math.min(failures, 5));
        Instant retry = now.plus(pause.compareTo(SLOWEST_RETRY) < 0 ? pause : SLOWEST_RETRY);
        links.put(device, new Link(State.DARK, failures + 1, retry, false));
        return failures == 0;
    }

    /** Nobody knows what became of the try: the oldest command is one again. */
    void uncertain(String device) {
        links.put(device, new Link(State.DARK, 0, Instant.EPOCH, false));
    }

    /** Our own connection to the broker is another one: every device is tried anew. */
    void forget() {
        links.replaceAll((_, _) -> new Link(State.DARK, 0, Instant.EPOCH, false));
    }

    /** The device says that it is there. */
    void connected(String device) {
        Link link = links.get(device);
        if (link == null || link.state == State.UP || link.state == State.CATCHING_UP) {
            return;
        }
        links.put(
                device,
                link.state == State.PROBED
                        ? new Link(State.PROBED, 0, link.retry, true)
                        : new Link(State.DARK, 0, Instant.EPOCH, false));
    }
}
