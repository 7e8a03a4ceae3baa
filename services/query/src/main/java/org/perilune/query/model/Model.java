package org.perilune.query.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One generation of the model, a schema of its own: takes in what events tell, whatever their order and however often.
 * Safe for threads.
 */
public record Model(long generation) {
    /** The version of what is brought in before anybody reads it. */
    public static final long FROM_LOG = 0;

    private static final String NAME = "model_0";

    /** The name of its schema. */
    public String schema() {
        return "model_" + generation;
    }

    /** The statement on this generation's tables, which it calls {@code model_0}. */
    public String sql(String text) {
        return text.replace(NAME, schema());
    }

    /** Makes its empty tables in the caller's transaction, without {@link Words}' indexes. */
    public void create(Handle transaction) {
        try (InputStream in = Model.class.getResourceAsStream("/model/model.sql")) {
            if (in == null) {
                throw new IllegalStateException("model.sql is missing from the jar");
            }
            transaction
                    .createScript(sql(new String(in.readAllBytes(), StandardCharsets.UTF_8)))
                    .execute();
        } catch (IOException failure) {
            throw new UncheckedIOException("model.sql cannot be read", failure);
        }
    }

    /**
     * @param version the one readers see this with; {@link #FROM_LOG} where nobody reads it yet
     * @return the posts whose documents must be rendered anew
     */
    public Set<UUID> apply(Handle transaction, Batch batch, long version) {
        var touched = new HashSet<UUID>();
        touched.addAll(putPosts(transaction, batch.posts(), version));
        touched.addAll(putComments(transaction, batch.comments(), version));
        putActivities(transaction, batch.activities());
        return touched;
    }

    private List<UUID> putPosts(Handle transaction, List<PostRow> rows, long version) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<PutPost> put = transaction
                .createQuery(sql("""
                        insert into model_0.posts as known
                            (id, revision, deleted, author, title, devices, created_at, words, shown, version)
                        select id, revision, deleted, author, title, cast(devices as text[]),
                            cast(created_at as timestamptz), words, shown, :version
                        from unnest(:id, :revision, :deleted, :author, :title, :devices, :created_at, :words, :shown)
                            as given (id, revision, deleted, author, title, devices, created_at, words, shown)
                        on conflict (id) do update set revision = excluded.revision, deleted = excluded.deleted,
                            author = excluded.author, title = excluded.title, devices = excluded.devices,
                            created_at = excluded.created_at, words = excluded.words, shown = excluded.shown,
                            version = excluded.version, changed_at = now()
                        where known.revision < excluded.revision
                        returning id, deleted or xmax = 0
                        """))
                .bind("version", version)
                .bindArray("id", UUID.class, column(rows, PostRow::id))
                .bindArray("revision", Long.class, column(rows, PostRow::revision))
                .bindArray("deleted", Boolean.class, column(rows, PostRow::deleted))
                .bindArray("author", String.class, column(rows, PostRow::author))
                .bindArray("title", String.class, column(rows, PostRow::title))
                .bindArray("devices", String.class, column(rows, row -> literal(row.devices())))
                .bindArray("created_at", String.class, column(rows, row -> text(row.createdAt())))
                .bindArray("words", String.class, column(rows, PostRow::words))
                .bindArray("shown", String.class, column(rows, PostRow::shown))
                .map((row, context) -> new PutPost(row.getObject(1, UUID.class), row.getBoolean(2)))
                .list();
        if (version != FROM_LOG) {
            showOrHideComments(transaction, put, version);
        }
        return put.stream().map(PutPost::id).toList();
    }

    /** @param cameOrWent with which its comments do, too */
    private record PutPost(UUID id, boolean cameOrWent) {}

    /** So that who follows the versions meets them. */
    private void showOrHideComments(Handle transaction, List<PutPost> posts, long version) {
        Object[] ids =
                posts.stream().filter(PutPost::cameOrWent).map(PutPost::id).toArray();
        if (ids.length > 0) {
            transaction
                    .createUpdate(sql("update model_0.comments set version = :version, changed_at = now() "
                            + "where post_id = any(:posts) and not deleted"))
                    .bind("version", version)
                    .bindArray("posts", UUID.class, ids)
                    .execute();
        }
    }

    private List<UUID> putComments(Handle transaction, List<CommentRow> rows, long version) {
        if (rows.isEmpty()) {
            return List.of();
        }
        return transaction
                .createQuery(sql("""
                        insert into model_0.comments as known
                            (id, post_id, revision, deleted, author, created_at, words, shown, version)
                        select id, post_id, revision, deleted, author, cast(created_at as timestamptz), words, shown,
                            :version
                        from unnest(:id, :post_id, :revision, :deleted, :author, :created_at, :words, :shown)
                            as given (id, post_id, revision, deleted, author, created_at, words, shown)
                        on conflict (id) do update set revision = excluded.revision, deleted = excluded.deleted,
                            author = excluded.author, created_at = excluded.created_at, words = excluded.words,
                            shown = excluded.shown, version = excluded.version, changed_at = now()
                        where known.revision < excluded.revision
                        returning post_id
                        """))
                .bind("version", version)
                .bindArray("id", UUID.class, column(rows, CommentRow::id))
                .bindArray("post_id", UUID.class, column(rows, CommentRow::postId))
                .bindArray("revision", Long.class, column(rows, CommentRow::revision))
                .bindArray("deleted", Boolean.class, column(rows, CommentRow::deleted))
                .bindArray("author", String.class, column(rows, CommentRow::author))
                .bindArray("created_at", String.class, column(rows, row -> text(row.createdAt())))
                .bindArray("words", String.class, column(rows, CommentRow::words))
                .bindArray("shown", String.class, column(rows, CommentRow::shown))
                .mapTo(UUID.class)
                .list();
    }

    private void putActivities(Handle transaction, List<ActivityRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        transaction
                .createUpdate(sql("""
                        insert into model_0.happenings (key, at, type, device, by, id, summary)
                        select key, cast(at as timestamptz), type, device, by, id, summary
                        from unnest(:key, :at, :type, :device, :by, :id, :summary)
                            as given (key, at, type, device, by, id, summary)
                        on conflict (key) do nothing
                        """))
                .bindArray("key", UUID.class, column(rows, ActivityRow::key))
                .bindArray("at", String.class, column(rows, row -> text(row.at())))
                .bindArray("type", String.class, column(rows, ActivityRow::type))
                .bindArray("device", String.class, column(rows, ActivityRow::device))
                .bindArray("by", String.class, column(rows, ActivityRow::by))
                .bindArray("id", String.class, column(rows, ActivityRow::id))
                .bindArray("summary", String.class, column(rows, ActivityRow::summary))
                .execute();
    }

    private static <R> Object[] column(List<R> rows, Function<R, @Nullable Object> value) {
        return rows.stream().map(value).toArray();
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** An array as PostgreSQL writes it. */
    private static String literal(Collection<String> texts) {
        return texts.stream()
                .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(java.util.stream.Collectors.joining(",", "{", "}"));
    }
}
