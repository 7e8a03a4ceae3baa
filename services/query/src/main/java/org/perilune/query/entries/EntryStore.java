package org.perilune.query.entries;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;
import org.perilune.query.model.StaleSchemaRetry;

/** Reads the entries of a generation. Safe for threads. */
public final class EntryStore {
    private final Jdbi jdbi;

    public EntryStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** An entry as it is answered. */
    record Entry(UUID id, byte[] document) {}

    /** @param version of the model that this is a part of */
    record Entries(long version, List<Entry> entries) {}

    /** One more than asked for, where there are more. */
    Entries page(Model model, EntryQuery query) {
        // The version comes out of the same look at the database as the entries.
        String sql = model.sql("""
                select model.version, entry.id, entry.document, model.serving
                from model left join lateral (
                    select id, document from model_0.entries where true %s %s %s order by id desc limit :limit
                ) entry on true
                order by entry.id desc
                """.formatted(
                        query.author().isPresent() ? "and author = :author" : "",
                        query.device().isPresent() ? "and devices @> array[cast(:device as text)]" : "",
                        query.before().isPresent() ? "and id < :before" : ""));
        return jdbi.withHandle(handle -> {
            Query asked = handle.createQuery(sql).bind("limit", query.limit() + 1);
            query.author().ifPresent(author -> asked.bind("author", author));
            query.device().ifPresent(device -> asked.bind("device", device));
            query.before().ifPresent(before -> asked.bind("before", before));
            return entries(model, asked);
        });
    }

    /** None, where there is no such entry. */
    Entries one(Model model, UUID id) {
        String sql = model.sql("""
                select model.version, entry.id, entry.document, model.serving
                from model left join model_0.entries entry on entry.id = :id
                """);
        return jdbi.withHandle(handle -> entries(model, handle.createQuery(sql).bind("id", id)));
    }

    /** @throws StaleSchemaRetry.Gone where another generation serves: the version would tell of that one, and not of these */
    private static Entries entries(Model model, Query query) {
        var versions = new ArrayList<Long>();
        var entries = new ArrayList<Entry>();
        query.map((row, context) -> {
                    if (row.getLong(4) != model.generation()) {
                        throw new StaleSchemaRetry.Gone();
                    }
                    versions.add(row.getLong(1));
                    UUID id = row.getObject(2, UUID.class);
                    if (id != null) {
                        entries.add(new Entry(id, row.getBytes(3)));
                    }
                    return row;
                })
                .list();
        return new Entries(versions.getFirst(), entries);
    }

    /** The documents of those of these that are there, in the generation that serves. */
    Map<UUID, byte[]> documents(Collection<UUID> ids) {
        return jdbi.withHandle(handle -> {
            Optional<SchemaGenerations.State> state = SchemaGenerations.look(handle);
            return state.isEmpty() ? Map.of() : documents(handle, state.get().serving(), ids);
        });
    }

    private static Map<UUID, byte[]> documents(Handle handle, Model model, Collection<UUID> ids) {
        var documents = new HashMap<UUID, byte[]>();
        handle.createQuery(model.sql("select id, document from model_0.entries where id = any(:ids)"))
                .bindArray("ids", UUID.class, ids.toArray())
                .map((row, context) -> documents.put(row.getObject(1, UUID.class), row.getBytes(2)))
                .list();
        return documents;
    }

    /** A comment as it is answered; null documents are never given. */
    record Comment(UUID id, String shown) {}

    /** One more than asked for, where there are more; empty where there is no such post. */
    Optional<List<Comment>> comments(Model model, UUID post, @Nullable UUID after, int limit) {
        return jdbi.withHandle(handle -> {
            boolean known = handle.createQuery(model.sql("select exists (select from model_0.entries where id = :id)"))
                    .bind("id", post)
                    .mapTo(boolean.class)
                    .one();
            if (!known) {
                return Optional.empty();
            }
            Query query = handle.createQuery(model.sql("""
                            select id, shown from model_0.comments
                            where post_id = :post and not deleted %s order by id limit :limit
                            """.formatted(after == null ? "" : "and id > :after")))
                    .bind("post", post)
                    .bind("limit", limit + 1);
            if (after != null) {
                query.bind("after", after);
            }
            return Optional.of(query.map((row, context) -> new Comment(row.getObject(1, UUID.class), row.getString(2)))
                    .list());
        });
    }
}
