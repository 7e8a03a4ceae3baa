package org.perilune.posts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.runtime.Ids;
import org.perilune.contracts.FlightLog.Post;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.flightlog.References;

/** Entries over HTTP; see {@code docs/api.md}. */
final class PostRoutes {
    private static final int LONGEST_NAME = 128;

    private final PostStore store;
    private final ReferenceCheck references;
    private final OutboxRelay relay;
    private final Clock clock;

    PostRoutes(PostStore store, ReferenceCheck references, OutboxRelay relay, Clock clock) {
        this.store = store;
        this.references = references;
        this.relay = relay;
        this.clock = clock;
    }

    private record Page(List<Post> posts, @Nullable String next) {}

    private record Checked(boolean checked) {}

    void register(JavalinConfig javalin) {
        javalin.routes.post("/posts", this::create, Access.OPERATOR);
        javalin.routes.get("/posts", this::page, Access.VIEWER);
        javalin.routes.get("/posts/{id}", this::one, Access.VIEWER);
        javalin.routes.patch("/posts/{id}", this::edit, Access.OPERATOR);
        javalin.routes.delete("/posts/{id}", this::delete, Access.OPERATOR);
        javalin.routes.get("/posts/{id}/history", this::history, Access.VIEWER);
        javalin.routes.post("/references/check", this::check, Access.OPERATOR);
    }

    private void create(Context context) {
        Requests.onlyParameters(context, Set.of());
        String author = HttpListener.principal(context).name();
        ObjectNode body = Requests.json(context, ObjectNode.class);
        Optional<IdempotencyKey> key = IdempotencyKey.of(context, body);
        JsonObjectReader in = JsonObjectReader.of(body);
        PostInput input = PostInput.read(in);
        in.end();
        in.check();
        // What was taken once stays taken, though what it points to may be gone by now.
        Optional<Post> before = key.flatMap(given -> store.madeWith(author, given));
        if (before.isPresent()) {
            answer(context, before.get(), false);
            return;
        }
        references.check(input.references());
        var post = new Post(
                Ids.next(clock).toString(),
                1,
                author,
                input.title(),
                input.text(),
                input.at(),
                input.references(),
                store.now(),
                null);
        PostStore.Made made = store.create(post, key, Requests.trace(context));
        relay.wake();
        answer(context, made.post(), made.fresh());
    }

    private static void answer(Context context, Post post, boolean fresh) {
        context.status(fresh ? 201 : 200)
                .header("Location", "/posts/" + post.id())
                .json(post);
    }

    private void page(Context context) {
        Requests.onlyParameters(context, Set.of("author", "limit", "cursor"));
        String author = Requests.name(context, "author", LONGEST_NAME);
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        String question = "posts of " + author;
        String cursor = context.queryParam("cursor");
        List<Post> found = store.page(author, cursor == null ? null : IdCursor.read(cursor, question), limit + 1);
        List<Post> posts = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit
                ? IdCursor.text(UUID.fromString(posts.getLast().id()), question)
                : null;
        context.json(new Page(posts, next));
    }

    private void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.json(store.find(Requests.id(context, "id")));
    }

    private void edit(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = Requests.id(context, "id");
        PostChange change = PostChange.read(Requests.json(context, ObjectNode.class));
        if (change.references() != null) {
            references.check(change.references());
        }
        Post edited = store.edit(id, HttpListener.principal(context).name(), change, Requests.trace(context));
        relay.wake();
        context.json(edited);
    }

    private void delete(Context context) {
        Requests.onlyParameters(context, Set.of());
        if (store.delete(
                Requests.id(context, "id"), HttpListener.principal(context).name(), Requests.trace(context))) {
            relay.wake();
        }
        context.status(204);
    }

    private void history(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.json(store.history(Requests.id(context, "id")));
    }

    private void check(Context context) {
        Requests.onlyParameters(context, Set.of());
        JsonObjectReader in = JsonObjectReader.of(Requests.json(context, ObjectNode.class));
        List<Reference> given = References.read(in);
        in.end();
        in.check();
        context.json(new Checked(references.check(given)));
    }
}
