package org.perilune.query.entries;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.query.model.Batch;
import org.perilune.query.model.Page;
import org.perilune.query.model.StaleSchemaRetry;
import org.perilune.query.model.VersionBarrier;

/** {@code /posts}: entries and their comments. */
public final class EntryRoutes {
    private final Pages pages;
    private final EntryStore store;
    private final VersionBarrier barrier;

    public EntryRoutes(Pages pages, EntryStore store, VersionBarrier barrier) {
        this.pages = pages;
        this.store = store;
        this.barrier = barrier;
    }

    public void register(JavalinConfig javalin) {
        javalin.routes.get("/posts", context -> answer(context, pages.page(EntryQuery.read(context))), Access.VIEWER);
        javalin.routes.get("/posts/{id}", this::one, Access.VIEWER);
        javalin.routes.get("/posts/{id}/comments", this::comments, Access.VIEWER);
    }

    private void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        answer(context, pages.entry(id(context)));
    }

    private void comments(Context context) {
        Requests.onlyParameters(context, Set.of("limit", "cursor"));
        UUID post = id(context);
        String question = "comments " + post;
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        Optional<UUID> after = Requests.text(context, "cursor").map(cursor -> IdCursor.read(cursor, question));
        List<EntryStore.Comment> found = StaleSchemaRetry.retry(
                        barrier.look(), barrier, model -> store.comments(model, post, after.orElse(null), limit))
                .orElseThrow(() -> unknown(post.toString()));
        boolean more = found.size() > limit;
        List<EntryStore.Comment> given = more ? found.subList(0, limit) : found;
        String comments = given.stream().map(EntryStore.Comment::shown).collect(Collectors.joining(","));
        String next = more ? IdCursor.text(given.getLast().id(), question) : null;
        context.contentType("application/json")
                .result("{\"comments\":[" + comments + "],\"next\":" + Pages.quoted(next) + "}");
    }

    private static UUID id(Context context) {
        String text = context.pathParam("id");
        try {
            return Batch.id("id", text);
        } catch (ServiceException.Invalid noId) {
            throw unknown(text.length() <= 36 ? text : text.substring(0, 36) + "…");
        }
    }

    private static ServiceException unknown(String id) {
        return new ServiceException.NotFound("There is no entry " + id + " in the flight log");
    }

    private static void answer(Context context, Page page) {
        context.contentType("application/json");
        String encodings = context.header("Accept-Encoding");
        if (encodings != null && encodings.contains("gzip")) {
            context.header("Content-Encoding", "gzip").header("Vary", "Accept-Encoding");
            context.result(page.compressed());
            return;
        }
        context.result(page.bytes());
    }
}
