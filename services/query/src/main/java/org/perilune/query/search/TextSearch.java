package org.perilune.query.search;

import java.util.List;
import java.util.StringJoiner;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.query.model.Model;

/** The database's own text search. Safe for threads. */
public final class TextSearch {
    /** Of each kind: more are not ranked, so that a word that is everywhere costs no more than others. */
    private static final int MOST_CANDIDATES = 2_000;

    private final Jdbi jdbi;

    public TextSearch(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    Search.Found find(Model model, SearchQuery query) {
        List<Search.Result> found = read(model, query);
        boolean more = found.size() > query.limit();
        return new Search.Found(more ? found.subList(0, query.limit()) : found, more);
    }

    private List<Search.Result> read(Model model, SearchQuery query) {
        SearchTerms terms = query.terms();
        if (terms.wanted().isEmpty()) {
            return List.of();
        }
        String sql = model.sql("""
                with asked as (select %s as query),
                found_posts as materialized (
                    select 'post' as kind, id, id as post_id, author, created_at, title, words
                    from model_0.posts, asked
                    where :posts and words is not null and search_vector(words) @@ asked.query
                    limit :candidates),
                found_comments as materialized (
                    select 'comment' as kind, comments.id, post_id, comments.author, comments.created_at,
                        cast(null as text) as title, words
                    from model_0.comments, asked
                    where :comments and words is not null and search_vector(words) @@ asked.query
                        and exists (select from model_0.entries where entries.id = post_id)
                    limit :candidates)
                select found.*, ts_rank_cd(search_vector(words), asked.query) as rank
                from (select * from found_posts union all select * from found_comments) found, asked
                order by rank desc, id desc offset :skip limit :limit
                """.formatted(asked(terms)));
        return jdbi.withHandle(handle -> {
            Query question = handle.createQuery(sql);
            for (int number = 0; number < terms.wanted().size(); number++) {
                question.bind("wanted" + number, terms.wanted().get(number));
            }
            for (int number = 0; number < terms.unwanted().size(); number++) {
                question.bind("unwanted" + number, terms.unwanted().get(number));
            }
            List<Search.Result> whole = question.bind("posts", query.wants("post"))
                    .bind("comments", query.wants("comment"))
                    .bind("candidates", MOST_CANDIDATES)
                    .bind("skip", query.skip())
                    .bind("limit", query.limit() + 1)
                    .map((row, context) -> new Search.Result(
                            row.getString("kind"),
                            row.getString("id"),
                            row.getString("post_id"),
                            row.getString("author"),
                            SqlTimes.instant(row, "created_at"),
                            row.getString("title"),
                            row.getString("words")))
                    .list();
            Snippets snippets = Snippets.of(
                    handle, terms, whole.stream().map(Search.Result::snippet).toList());
            return whole.stream().map(result -> result.shortened(snippets)).toList();
        });
    }

    private static String asked(SearchTerms terms) {
        var asked = new StringJoiner(" && ");
        for (int number = 0; number < terms.wanted().size(); number++) {
            asked.add("phraseto_tsquery('log', :wanted" + number + ")");
        }
        for (int number = 0; number < terms.unwanted().size(); number++) {
            asked.add("!! phraseto_tsquery('log', :unwanted" + number + ")");
        }
        return asked.toString();
    }
}
