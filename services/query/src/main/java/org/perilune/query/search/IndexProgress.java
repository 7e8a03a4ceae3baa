package org.perilune.query.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.query.model.Model;

/** Which indexes there are, how far they follow the model, and what comes next. Safe for threads. */
final class IndexProgress {
    /** Longer behind, an index is not asked. */
    private static final String MOST_BEHIND = "5 seconds";

    private IndexProgress() {}

    /** A row of a generation: those of a version come by their ids. */
    record Position(long version, UUID id) {}

    /** @param complete whether it has had everything once */
    record Index(Model model, String name, Position posts, Position comments, boolean complete) {
        boolean isEmpty() {
            return posts.version() < 0 && comments.version() < 0;
        }
    }

    /** @param after up to which row these go */
    record Step(List<SearchIndex.Item> items, Position after, boolean more) {}

    static List<Index> all(Handle handle) {
        return handle.createQuery("select * from search_indexes")
                .map((row, context) -> new Index(
                        new Model(row.getLong("generation")),
                        row.getString("name"),
                        new Position(row.getLong("posts_version"), row.getObject("posts_id", UUID.class)),
                        new Position(row.getLong("comments_version"), row.getObject("comments_id", UUID.class)),
                        row.getBoolean("complete")))
                .list();
    }

    /** One that has nothing yet, instead of any other. */
    static Index begin(Handle handle, Model model, String name) {
        forget(handle, model);
        handle.execute("insert into search_indexes (generation, name) values (?, ?)", model.generation(), name);
        return all(handle).stream()
                .filter(index -> index.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static void forget(Handle handle, Model model) {
        handle.execute("delete from search_indexes where generation = ?", model.generation());
    }

    static void followed(Handle handle, Index index, String table, Position after) {
        handle.execute(
                "update search_indexes set %1$s_version = ?, %1$s_id = ? where name = ?".formatted(table),
                after.version(),
                after.id(),
                index.name());
    }

    static void complete(Handle handle, Index index) {
        handle.execute("update search_indexes set complete = true where name = ? and not complete", index.name());
    }

    /** The posts that come after a position, as they are now. */
    static Step posts(Handle handle, Model model, Position from, int most) {
        return step(handle, model.sql("""
                select model.version as now, item.* from model cross join lateral (
                    select 'post' as kind, id, version, words from model_0.posts
                    where (version, id) > (:version, :id) and version <= model.version
                    order by version, id limit :most) item
                order by item.version, item.id
                """), from, most);
    }

    /** Likewise; those of which nothing may be read come without words. */
    static Step comments(Handle handle, Model model, Position from, int most) {
        return step(handle, model.sql("""
                select model.version as now, item.* from model cross join lateral (
                    select 'comment' as kind, id, version,
                        case when exists (select from model_0.entries where entries.id = post_id) then words end as words
                    from model_0.comments
                    where (version, id) > (:version, :id) and version <= model.version
                    order by version, id limit :most) item
                order by item.version, item.id
                """), from, most);
    }

    private static Step step(Handle handle, String sql, Position from, int most) {
        var items = new ArrayList<SearchIndex.Item>();
        Position last = from;
        List<Position> positions = handle.createQuery(sql)
                .bind("version", from.version())
                .bind("id", from.id())
                .bind("most", most)
                .map((row, context) -> {
                    UUID id = row.getObject("id", UUID.class);
                    items.add(new SearchIndex.Item(
                            row.getString("kind"), id, row.getString("words"), row.getLong("now")));
                    return new Position(row.getLong("version"), id);
                })
                .list();
        if (!positions.isEmpty()) {
            last = positions.getLast();
        }
        return new Step(items, last, positions.size() == most);
    }

    /** The index that can be asked for a generation: one that has all of it but for what came just now. */
    static Optional<String> usable(Handle handle, Model model) {
        return handle.createQuery(model.sql("""
                        select name from search_indexes index, model
                        where index.generation = :generation and index.complete
                            and not coalesce((select changed_at < now() - cast(:behind as interval) from model_0.posts
                                where (version, id) > (index.posts_version, index.posts_id)
                                    and version <= model.version order by version, id limit 1), false)
                            and not coalesce((select changed_at < now() - cast(:behind as interval) from model_0.comments
                                where (version, id) > (index.comments_version, index.comments_id)
                                    and version <= model.version order by version, id limit 1), false)
                        """))
                .bind("generation", model.generation())
                .bind("behind", MOST_BEHIND)
                .mapTo(String.class)
                .findOne();
    }
}
