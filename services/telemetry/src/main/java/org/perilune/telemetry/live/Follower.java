package org.perilune.telemetry.live;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.perilune.chassis.http.ConflatingSource;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.contracts.v1.Value;

/**
 * What one follower is still to be told. One that keeps up gets every frame. One that falls behind gets the newest value
 * of each parameter and the number of frames it skipped, so that what it sees is never old and memory stays bounded.
 */
final class Follower extends ConflatingSource {
    private static final int MOST_FRAMES = 2_000;
    private static final int MOST_STATES = 1_000;
    private static final long BEHIND_NANOS = Duration.ofMillis(100).toNanos();
    private static final byte[] FRAMES = bytes("event: frames\ndata: {\"frames\":[");

    private final Set<String> devices;
    private final Deque<LiveFrame> waiting = new ArrayDeque<>();
    private final Deque<byte[]> states = new ArrayDeque<>();
    private final Map<String, Newest> newest = new LinkedHashMap<>();
    private long conflated;
    private long missed;

    /** @param devices all where empty */
    Follower(Set<String> devices) {
        this.devices = Set.copyOf(devices);
    }

    private static final class Newest {
        private LiveFrame last;
        private final Map<String, Value> values = new LinkedHashMap<>();

        private Newest(LiveFrame first) {
            this.last = first;
        }
    }

    boolean wants(String device) {
        return devices.isEmpty() || devices.contains(device);
    }

    /** So many messages were lost before they could be offered. */
    void skip(long messages) {
        add(() -> missed += messages);
    }

    void offer(List<LiveFrame> frames) {
        add(() -> {
            for (LiveFrame frame : frames) {
                if (wants(frame.device())) {
                    waiting.add(frame);
                }
            }
            if (waiting.size() > MOST_FRAMES) {
                conflate();
            }
        });
    }

    /** @param device the device's JSON */
    void offerState(byte[] device) {
        add(() -> {
            if (states.size() >= MOST_STATES) {
                states.remove();
            }
            states.add(device);
        });
    }

    @Override
    protected byte[] take(boolean behind) {
        if (behind || !newest.isEmpty() || isOld()) {
            conflate();
        }
        return events();
    }

    @Override
    protected boolean isIdle() {
        return waiting.isEmpty() && newest.isEmpty() && states.isEmpty();
    }

    private boolean isOld() {
        return !waiting.isEmpty() && System.nanoTime() - waiting.peek().arrivedNanos() > BEHIND_NANOS;
    }

    private void conflate() {
        for (LiveFrame frame : waiting) {
            Newest known = newest.computeIfAbsent(frame.device(), ignored -> new Newest(frame));
            known.last = frame;
            frame.values().forEach(value -> known.values.put(value.getName(), value));
            conflated++;
        }
        waiting.clear();
    }

    private byte[] events() {
        var out = new ByteArrayOutputStream(4_096);
        states.forEach(state -> out.writeBytes(ServerSentEvents.event("state", state)));
        states.clear();
        List<byte[]> frames = frames();
        if (!frames.isEmpty()) {
            out.writeBytes(FRAMES);
            for (int index = 0; index < frames.size(); index++) {
                if (index > 0) {
                    out.write(',');
                }
                out.writeBytes(frames.get(index));
            }
            out.writeBytes(bytes("],\"skipped\":" + (missed + Math.max(0, conflated - newest.size())) + "}\n\n"));
        }
        newest.clear();
        waiting.clear();
        conflated = 0;
        missed = frames.isEmpty() ? missed : 0;
        return out.toByteArray();
    }

    private List<byte[]> frames() {
        var frames = new ArrayList<byte[]>();
        for (Newest device : newest.values()) {
            LiveFrame last = device.last;
            frames.add(LiveFrame.of(last.device(), last.head(), device.values.values(), last.arrivedNanos())
                    .json());
        }
        waiting.forEach(frame -> frames.add(frame.json()));
        return frames;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
