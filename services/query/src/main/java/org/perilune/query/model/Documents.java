package org.perilune.query.model;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Renders entries, as they are answered, out of the rows of the model, within the database. */
public final class Documents {
    /** Comments that come with an entry; the rest is read page by page. */
    static final int COMMENTS = 50;

    private Documents() {}

    /**
     * Nobody else changes these posts or their comments meanwhile: the caller holds {@link SchemaGenerations#lock}.
     *
     * @return the entries that changed, came or went
     */
    public static Set<UUID> render(Handle transaction, Model model, Collection<UUID> posts) {
        if (posts.isEmpty()) {
            return Set.of();
        }
        Object[] sorted = posts.stream().sorted().toArray();
        var changed = new HashSet<UUID>(transaction
                .createQuery(model.sql("""
                        delete from model_0.entries where id = any(:posts)
                            and not exists (select 1 from model_0.posts
                                where posts.id = entries.id and not posts.deleted)
                        returning id
                        """))
                .bindArray("posts", UUID.class, sorted)
                .mapTo(UUID.class)
                .list());
        // The cursor is IdCursor.text() of the last comment given.
        changed.addAll(transaction
                .createQuery(model.sql("""
                        insert into model_0.entries (id, author, devices, document)
                        select post.id, post.author, post.devices, convert_to(post.shown
                            || ',"comments":[' || coalesce(first.shown, '')
                            || '],"comment_count":' || every.count || ',"comments_next":'
                            || case when every.count > :comments then '"' || translate(encode(
                                    uuid_send(first.last)
                                        || substring(sha256(convert_to('comments ' || post.id, 'UTF8')) from 1 for 8),
                                    'base64'), '+/=', '-_') || '"'
                                else 'null' end
                            || '}', 'UTF8')
                        from model_0.posts post
                        cross join lateral (
                            select string_agg(one.shown, ',' order by one.id) as shown,
                                (array_agg(one.id order by one.id desc))[1] as last
                            from (select id, shown from model_0.comments
                                where post_id = post.id and not deleted order by id limit :comments) one
                        ) first
                        cross join lateral (
                            select count(*) as count from model_0.comments where post_id = post.id and not deleted
                        ) every
                        where post.id = any(:posts) and not post.deleted
                        order by post.id
                        on conflict (id) do update set author = excluded.author, devices = excluded.devices,
                            document = excluded.document
                        returning id
                        """))
                .bind("comments", COMMENTS)
                .bindArray("posts", UUID.class, sorted)
                .mapTo(UUID.class)
                .list());
        return changed;
    }
}
