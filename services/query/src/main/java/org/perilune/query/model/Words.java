package org.perilune.query.model;

import org.jdbi.v3.core.Handle;

/** The indexes of the database's own text search, and those by which {@code Indexer} follows the model. */
public final class Words {
    private Words() {}

    /** @param concurrently without holding up those who write; then not within a transaction, and it takes longer */
    public static void index(Handle handle, Model model, boolean concurrently) {
        for (String table : new String[] {"posts", "comments"}) {
            // Without fastupdate no write ever has to clear up after many others.
            handle.execute(model.sql("""
                    create index %s %s_words on model_0.%s using gin (search_vector(words))
                        with (fastupdate = off) where words is not null
                    """.formatted(concurrently ? "concurrently" : "", table, table)));
            handle.execute(model.sql("create index %s %s_versions on model_0.%s (version, id)"
                    .formatted(concurrently ? "concurrently" : "", table, table)));
        }
    }
}
