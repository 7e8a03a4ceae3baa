package org.perilune.timeline.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to change events: the document, the log by which other copies learn of it, this copy's index, and those
 * who follow live. Safe for threads.
 */
public final class Timeline {
    private static final Logger LOG = LoggerFactory.getLogger(Timeline.class);

    private final EventStore store;
    private final ChangeLog log;
    private final EventIndex index;
    private final Followers followers;
    private final WakeupSignal wakeup;

    /** So that followers hear of versions in their order: the last they hear of is the newest. */
    private final ReentrantLock telling = new ReentrantLock();

    /** @param wakeup is raised after the index changed */
    public Timeline(EventStore store, ChangeLog log, EventIndex index, Followers followers, WakeupSignal wakeup) {
        this.store = store;
        this.log = log;
        this.index = index;
        this.followers = followers;
        this.wakeup = wakeup;
    }

    /**
     * The events as they are stored, and whether any of them is new.
     *
     * @param fresh where one with its id is there already, that one stays as it is; the first is written first
     * @throws ServiceException.Conflict where it was made from another request; nothing is stored then
     */
    public Created create(List<Event> fresh) {
        List<UUID> ids = fresh.stream().map(Event::id).toList();
        return noted(ids, ticket -> create(fresh, ids, ticket));
    }

    /** A change that fails leaves no hole in the log: it may have been made. */
    private <T> T noted(List<UUID> ids, Function<ChangeLog.Ticket, T> change) {
        ChangeLog.Ticket ticket = log.take();
        try {
            return change.apply(ticket);
        } catch (RuntimeException failure) {
            log.abandon(ticket, ids);
            throw failure;
        }
    }

    private Created create(List<Event> fresh, List<UUID> ids, ChangeLog.Ticket ticket) {
        Event first = fresh.getFirst();
        boolean anyFresh = store.insert(first);
        if (!anyFresh && !madeFrom(first)) {
            log.note(ticket, List.of());
            throw new ServiceException.Conflict(
                    "This Idempotency-Key came with another body before; choose a new key for a new request");
        }
        boolean allFresh = fresh.size() == 1 ? anyFresh : store.insertAll(fresh.subList(1, fresh.size())) && anyFresh;
        // What was there already may have come from a copy that ended before it could tell.
        log.note(ticket, ids);
        if (allFresh) {
            learned(fresh);
            return new Created(fresh, true);
        }
        return new Created(refresh(ids), anyFresh);
    }

    /** @param anyFresh false where all were there before */
    public record Created(List<Event> events, boolean anyFresh) {}

    private boolean madeFrom(Event event) {
        return store.find(event.id())
                .map(there -> Objects.equals(there.request(), event.request()))
                .orElse(true);
    }

    /** The changed event; empty where the version is not the newest. */
    public Optional<Event> change(UUID id, long version, Change change) {
        Optional<Event> event = noted(List.of(id), ticket -> {
            Optional<Event> changed = store.change(id, version, change);
            log.note(ticket, changed.isPresent() ? List.of(id) : List.of());
            return changed;
        });
        event.ifPresentOrElse(this::learned, () -> refresh(id));
        return event;
    }

    /**
     * A change on the way to a launch, which must not wait for the log: other copies find out by themselves when they
     * try the same, and from {@link #tell} later.
     */
    public Optional<Event> changeFirst(UUID id, long version, Change change) {
        Optional<Event> event = store.change(id, version, change);
        event.ifPresentOrElse(this::learned, () -> refresh(id));
        return event;
    }

    /** Tells the other copies of what {@link #changeFirst} changed. Failing is harmless. */
    public void tell(UUID id) {
        try {
            noted(List.of(id), ticket -> {
                log.note(ticket, List.of(id));
                return id;
            });
        } catch (ServiceException.Unavailable away) {
            LOG.info("Other copies learn later of a change [event: {}]", id);
        }
    }

    /** Those with events that are not published yet stay until they are. */
    public void remove(List<UUID> ids) {
        if (ids.isEmpty()) {
            return;
        }
        Set<UUID> kept = noted(ids, ticket -> {
            Set<UUID> stay = store.remove(ids);
            log.note(ticket, ids);
            return stay;
        });
        ids.stream().filter(id -> !kept.contains(id)).forEach(this::gone);
    }

    /** Reads what this copy seems to know too little of. */
    public void refresh(UUID id) {
        refresh(List.of(id));
    }

    public List<Event> refresh(List<UUID> ids) {
        List<Event> events = store.find(ids);
        learned(events);
        if (events.size() < Set.copyOf(ids).size()) {
            var missing = new ArrayList<>(ids);
            events.forEach(event -> missing.remove(event.id()));
            missing.forEach(this::gone);
        }
        return events;
    }

    private void learned(Event event) {
        learned(List.of(event));
    }

    private void learned(List<Event> events) {
        telling.lock();
        try {
            for (Event event : events) {
                if (index.put(event.entry())) {
                    followers.changed(event);
                }
            }
        } finally {
            telling.unlock();
        }
        wakeup.raise();
    }

    private void gone(UUID id) {
        telling.lock();
        try {
            Entry known = index.entry(id);
            if (known != null && index.remove(id)) {
                followers.removed(id, known.device());
            }
        } finally {
            telling.unlock();
        }
    }
}
