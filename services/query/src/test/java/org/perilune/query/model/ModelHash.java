package org.perilune.query.model;

import org.jdbi.v3.core.Handle;

/** Tells whether two generations hold the same, but for when it came. */
public final class ModelHash {
    private ModelHash() {}

    public static String of(Handle handle, Model model) {
        return handle.createQuery(model.sql("""
                        select concat_ws(' ',
                            (select md5(string_agg(cast((id, revision, deleted, author, title, devices, created_at, words,
                                shown) as text), ',' order by id)) from model_0.posts),
                            (select md5(string_agg(cast((id, post_id, revision, deleted, author, created_at, words, shown)
                                as text), ',' order by id)) from model_0.comments),
                            (select md5(string_agg(cast((id, author, devices, document) as text), ',' order by id))
                                from model_0.entries),
                            (select md5(string_agg(cast((key, at, type, device, by, id, summary) as text), ','
                                order by key)) from model_0.happenings),
                            (select count(*) from model_0.posts), (select count(*) from model_0.comments),
                            (select count(*) from model_0.entries), (select count(*) from model_0.happenings))
                        """)).mapTo(String.class).one();
    }
}
