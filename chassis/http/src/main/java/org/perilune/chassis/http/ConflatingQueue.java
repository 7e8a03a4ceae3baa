package org.perilune.chassis.http;

import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one follower is still to be told: of each thing only the newest. One that is so far behind that memory would
 * grow without a bound is sent away; it comes again, and looks anew. Safe for threads.
 */
public final class ConflatingQueue extends ConflatingSource {
    private static final int MOST_AT_ONCE = 100;

    private final Set<String> devices;
    private final int most;
    private final Map<UUID, byte[]> waiting = new LinkedHashMap<>();

    /**
     * @param devices all where empty
     * @param most things that may wait; one more ends the stream
     */
    public ConflatingQueue(Set<String> devices, int most) {
        this.devices = Set.copyOf(devices);
        this.most = most;
    }

    /** @param device null for what is of no device: only who follows all is told */
    public boolean wants(@Nullable String device) {
        return devices.isEmpty() || (device != null && devices.contains(device));
    }

    /** @param event a whole one, which takes the place of what waited of the same thing */
    public void offer(UUID thing, byte[] event) {
        add(() -> {
            waiting.put(thing, event);
            if (waiting.size() > most) {
                end();
            }
        });
    }

    @Override
    protected boolean isIdle() {
        return waiting.isEmpty();
    }

    @Override
    protected byte[] take(boolean behind) {
        var out = new ByteArrayOutputStream(1_024);
        Iterator<byte[]> events = waiting.values().iterator();
        for (int count = 0; count < MOST_AT_ONCE && events.hasNext(); count++) {
            out.writeBytes(events.next());
            events.remove();
        }
        return out.toByteArray();
    }
}
