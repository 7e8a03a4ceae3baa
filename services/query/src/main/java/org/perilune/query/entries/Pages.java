package org.perilune.query.entries;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.query.model.Model;
import org.perilune.query.model.Page;
import org.perilune.query.model.SchemaGenerations;
import org.perilune.query.model.StaleSchemaRetry;
import org.perilune.query.model.VersionBarrier;

/**
 * Pages of entries, kept in memory as they are sent, within a bound of bytes. One that is kept is given only while the
 * model is as it was; whoever asks for one that is not shares the reading of it. Safe for threads.
 */
public final class Pages {
    /** What a page weighs beside its bytes, which may be there compressed, too. */
    private static final int OVERHEAD = 256;

    private final EntryStore store;
    private final VersionBarrier barrier;
    private final Cache<Object, Page> kept;
    private final ConcurrentMap<Object, CompletableFuture<Page>> reading = new ConcurrentHashMap<>();

    /** @param mostBytes kept in memory */
    public Pages(EntryStore store, VersionBarrier barrier, long mostBytes) {
        this.store = store;
        this.barrier = barrier;
        this.kept = Caffeine.newBuilder()
                .maximumWeight(mostBytes)
                .weigher((Object key, Page page) -> page.bytes().length + page.bytes().length / 4 + OVERHEAD)
                .executor(Runnable::run)
                .build();
    }

    Page page(EntryQuery query) {
        return current(query, model -> read(model, query));
    }

    /** @throws ServiceException.NotFound if there is none */
    Page entry(UUID id) {
        return current(id, model -> read(model, id));
    }

    @FunctionalInterface
    private interface Reading {
        Page read(Model model);
    }

    private Page current(Object key, Reading reading) {
        SchemaGenerations.State state = barrier.look();
        Page page = kept.getIfPresent(key);
        while (page == null || page.version() < state.version()) {
            // One that was begun by somebody else may have begun too early for us: then it is our turn.
            page = share(key, state, reading);
        }
        return page;
    }

    private Page share(Object key, SchemaGenerations.State state, Reading how) {
        var mine = new CompletableFuture<Page>();
        CompletableFuture<Page> other = reading.putIfAbsent(key, mine);
        if (other != null) {
            return await(other);
        }
        try {
            Page page = StaleSchemaRetry.retry(state, barrier, how::read);
            kept.put(key, page);
            mine.complete(page);
            return page;
        } catch (RuntimeException | Error failure) {
            mine.completeExceptionally(failure);
            throw failure;
        } finally {
            reading.remove(key, mine);
        }
    }

    private static Page await(CompletableFuture<Page> other) {
        try {
            return other.join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException reason) {
                throw reason;
            }
            throw failure;
        }
    }

    private Page read(Model model, EntryQuery query) {
        EntryStore.Entries found = store.page(model, query);
        List<EntryStore.Entry> entries = found.entries();
        boolean more = entries.size() > query.limit();
        List<EntryStore.Entry> given = more ? entries.subList(0, query.limit()) : entries;
        var out = new ByteArrayOutputStream(64
                + given.stream().mapToInt(entry -> entry.document().length + 1).sum());
        out.writeBytes(text("{\"posts\":["));
        for (int i = 0; i < given.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(given.get(i).document());
        }
        out.writeBytes(
                text("],\"next\":" + quoted(more ? query.cursor(given.getLast().id()) : null) + "}"));
        return new Page(found.version(), out.toByteArray());
    }

    private Page read(Model model, UUID id) {
        EntryStore.Entries found = store.one(model, id);
        if (found.entries().isEmpty()) {
            throw new ServiceException.NotFound(
                    "There is no entry " + id + " in the flight log; it may be too new, or deleted");
        }
        return new Page(found.version(), found.entries().getFirst().document());
    }

    static String quoted(@Nullable String cursor) {
        return cursor == null ? "null" : new String(Json.bytes(cursor), StandardCharsets.UTF_8);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
