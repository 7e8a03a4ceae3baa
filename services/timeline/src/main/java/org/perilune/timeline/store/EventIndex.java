package org.perilune.timeline.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.event.Position;

/**
 * All events in memory, by time, as far as finding and launching them needs. Own changes are in it at once, those of
 * other copies a moment later; a newer version takes the place of an older one, whatever the order in which they come.
 * Safe for threads; readers never wait.
 */
public final class EventIndex {
    private final Map<UUID, Entry> byId = new ConcurrentHashMap<>();
    private final NavigableMap<Position, Entry> byTime = new ConcurrentSkipListMap<>();
    private final NavigableMap<Position, Entry> planned = new ConcurrentSkipListMap<>();
    private final Map<UUID, Entry> dispatching = new ConcurrentHashMap<>();
    private volatile long longestMillis;

    public int size() {
        return byId.size();
    }

    /** False where this version or a newer one is known. */
    synchronized boolean put(Entry entry) {
        Entry known = byId.get(entry.id());
        if (known != null && known.version() >= entry.version()) {
            return false;
        }
        if (known != null) {
            forget(known);
        }
        longestMillis = Math.max(longestMillis, entry.endMillis() - entry.timeMillis());
        byId.put(entry.id(), entry);
        byTime.put(entry.position(), entry);
        if (entry.awaitsItsTime()) {
            planned.put(entry.position(), entry);
        } else if (entry.state() == EventState.DISPATCHING) {
            dispatching.put(entry.id(), entry);
        }
        return true;
    }

    synchronized boolean remove(UUID id) {
        Entry known = byId.remove(id);
        if (known == null) {
            return false;
        }
        forget(known);
        return true;
    }

    private void forget(Entry known) {
        byTime.remove(known.position());
        planned.remove(known.position());
        dispatching.remove(known.id());
    }

    Set<UUID> ids() {
        return new HashSet<>(byId.keySet());
    }

    @Nullable
    public Entry entry(UUID id) {
        return byId.get(id);
    }

    /** What waits for its time, the next first. */
    public Collection<Entry> planned() {
        return planned.values();
    }

    /** What was claimed, and is neither dispatched nor given up. */
    public Collection<Entry> dispatching() {
        return dispatching.values();
    }

    public Collection<Entry> all() {
        return byTime.values();
    }

    /** Up to one more than the limit, which tells that there are more. */
    public List<Entry> page(DataQuery query) {
        var page = new ArrayList<Entry>();
        Position start = Position.before(query.fromMillis() - Math.min(longestMillis, query.fromMillis()));
        if (query.after() != null && query.after().compareTo(start) > 0) {
            start = query.after();
        }
        for (Entry entry : byTime.tailMap(start, false).values()) {
            if (entry.timeMillis() > query.toMillis()) {
                break;
            }
            if (query.admits(entry)) {
                page.add(entry);
                if (page.size() > query.limit()) {
                    break;
                }
            }
        }
        return page;
    }
}
