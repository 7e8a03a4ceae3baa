package org.perilune.query.rebuild;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.query.model.Batch;
import org.perilune.query.model.Documents;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;
import org.perilune.query.model.Words;

/**
 * One rebuild: reads the whole log into a generation of its own, to which every copy brings what comes meanwhile, and
 * lets it serve once it has all that the old one has. One thread.
 */
final class Rebuild {
    private static final int RENDERED_AT_ONCE = 500;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Handle handle;
    private final Model model;
    private final EventLogClient log;
    private final Clock clock;
    private final CountDownLatch stopping;
    private long position;
    private long events;
    private long skipped;
    private long end;

    /** @param handle holds {@link RebuildStore#LOCK}: everything is written over it, so that who lost it writes no more */
    Rebuild(Handle handle, Model model, EventLogClient log, Clock clock, CountDownLatch stopping) {
        this.handle = handle;
        this.model = model;
        this.log = log;
        this.clock = clock;
        this.stopping = stopping;
    }

    /** @return the generation that served before */
    Model run() throws InterruptedException {
        // What is built is of no use before the switch, which waits for all of it.
        handle.execute("set synchronous_commit = off");
        end = log.end();
        replay(batch -> handle.useTransaction(transaction -> {
            model.apply(transaction, batch, Model.FROM_LOG);
            progress(transaction, "Events are read from the log");
        }));
        progress(handle, "Indexes are made");
        Words.index(handle, model, true);
        progress(handle, "Entries are rendered");
        renderAll();
        for (String table : List.of("posts", "comments", "entries", "happenings")) {
            handle.execute(model.sql("analyze model_0." + table));
        }
        catchUp();
        return switchOver();
    }

    @FunctionalInterface
    private interface Taking {
        void take(Batch batch);
    }

    /** Up to the end that the log has when it is reached; the next page is fetched while one is taken in. */
    private void replay(Taking taking) throws InterruptedException {
        CompletableFuture<EventLogClient.Page> next = fetch(position);
        while (true) {
            EventLogClient.Page page = await(next);
            if (page.events().isEmpty()) {
                return;
            }
            position = page.next();
            next = fetch(position);
            events += page.events().size();
            taking.take(readable(page.events()));
        }
    }

    private CompletableFuture<EventLogClient.Page> fetch(long after) {
        return CompletableFuture.supplyAsync(() -> log.after(after, false), Rebuilds.FETCHING);
    }

    /** Tries again for a while: event-bus may be started anew in the middle. */
    private EventLogClient.Page await(CompletableFuture<EventLogClient.Page> fetched) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        CompletableFuture<EventLogClient.Page> page = fetched;
        while (true) {
            if (stopping.getCount() == 0) {
                throw new InterruptedException("query is stopping");
            }
            try {
                return page.join();
            } catch (CompletionException failure) {
                if (System.nanoTime() - deadline > 0) {
                    throw new ServiceException.Unavailable(
                            "The log could not be read any further: " + failure.getMessage(), failure);
                }
                pause();
                page = CompletableFuture.supplyAsync(() -> log.after(position, true), Rebuilds.FETCHING);
            }
        }
    }

    private void pause() throws InterruptedException {
        if (stopping.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("query is stopping");
        }
    }

    /** What cannot be read became a dead letter when it came; it is not in the model that serves, either. */
    private Batch readable(List<CloudEvent> all) {
        try {
            return Batch.of(all);
        } catch (ServiceException.Invalid oneOfThem) {
            List<CloudEvent> sound = all.stream().filter(Rebuild::isReadable).toList();
            skipped += all.size() - sound.size();
            return Batch.of(sound);
        }
    }

    private static boolean isReadable(CloudEvent event) {
        try {
            Batch.of(List.of(event));
            return true;
        } catch (ServiceException.Invalid unreadable) {
            return false;
        }
    }

    private void progress(Handle transaction, String detail) {
        RebuildStore.progress(transaction, model, events, events + Math.max(0, end - position), detail);
    }

    /** A few at a time, so that what comes meanwhile waits for milliseconds only. */
    private void renderAll() throws InterruptedException {
        List<UUID> posts = after(new UUID(0, 0));
        while (!posts.isEmpty()) {
            List<UUID> some = posts;
            handle.useTransaction(transaction -> {
                SchemaGenerations.lock(transaction);
                Documents.render(transaction, model, some);
            });
            if (stopping.getCount() == 0) {
                throw new InterruptedException("query is stopping");
            }
            posts = after(posts.getLast());
        }
    }

    private List<UUID> after(UUID last) {
        return handle.createQuery(model.sql("select id from model_0.posts where id > :last order by id limit :limit"))
                .bind("last", last)
                .bind("limit", RENDERED_AT_ONCE)
                .mapTo(UUID.class)
                .list();
    }

    /** An event may have come to us before it was in the log: waits until there is nothing that only the old model has. */
    private void catchUp() throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (true) {
            replay(batch -> handle.useTransaction(transaction -> {
                SchemaGenerations.lock(transaction);
                Documents.render(transaction, model, model.apply(transaction, batch, Model.FROM_LOG));
                progress(transaction, "The last events are read");
            }));
            long missing = missing();
            if (missing == 0) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new ServiceException.Unavailable(
                        "The log lacks " + missing + " changes that came in the last day; event-bus may be behind. "
                                + "Look at its queue, and try again once it is empty.",
                        null);
            }
            pause();
        }
    }

    /** Of a day's changes: what is older and not in the log is not to be. */
    private long missing() {
        SchemaGenerations.State state = SchemaGenerations.look(handle).orElseThrow();
        String sql = """
                select count(*) from (
                    select 1 from old_0.posts old left join model_0.posts new using (id)
                        where old.changed_at > now() - interval '1 day' and old.revision > coalesce(new.revision, 0)
                    union all
                    select 1 from old_0.comments old left join model_0.comments new using (id)
                        where old.changed_at > now() - interval '1 day' and old.revision > coalesce(new.revision, 0)
                    union all
                    select 1 from old_0.happenings old left join model_0.happenings new using (key)
                        where old.changed_at > now() - interval '1 day' and new.key is null
                ) missing
                """;
        return handle.createQuery(
                        model.sql(sql).replace("old_0", state.serving().schema()))
                .mapTo(long.class)
                .one();
    }

    private Model switchOver() {
        handle.execute("set synchronous_commit = on");
        return handle.inTransaction(transaction -> {
            SchemaGenerations.State state = SchemaGenerations.lock(transaction);
            if (!model.equals(state.building())) {
                throw new ServiceException.Conflict("Another copy of query took this rebuild for given up.");
            }
            SchemaGenerations.serve(transaction, model);
            String left = skipped == 0 ? "" : "; " + skipped + " could not be read and were left out";
            RebuildStore.finish(transaction, model, "done", clock.instant(), "The new model serves" + left);
            return state.serving();
        });
    }
}
