package org.perilune.comments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.flightlog.References;

/** Comments over HTTP; see {@code docs/api.md}. */
final class CommentRoutes {
    private static final int LONGEST_NAME = 128;

    private final Comments comments;
    private final CommentQueries queries;
    private final KnownPosts known;
    private final PostsClient posts;

    CommentRoutes(Comments comments, CommentQueries queries, KnownPosts known, PostsClient posts) {
        this.comments = comments;
        this.queries = queries;
        this.known = known;
        this.posts = posts;
    }

    void register(JavalinConfig javalin) {
        javalin.routes.post("/posts/{id}/comments", this::create, Access.OPERATOR);
        javalin.routes.get("/posts/{id}/comments", this::ofPost, Access.VIEWER);
        javalin.routes.get("/comments", this::newest, Access.VIEWER);
        javalin.routes.get("/comments/{id}", this::one, Access.VIEWER);
        javalin.routes.patch("/comments/{id}", this::edit, Access.OPERATOR);
        javalin.routes.delete("/comments/{id}", this::delete, Access.OPERATOR);
        javalin.routes.get("/comments/{id}/history", this::history, Access.VIEWER);
    }

    private void create(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID post = Requests.id(context, "id");
        Principal by = HttpListener.principal(context);
        ObjectNode body = Requests.json(context, ObjectNode.class);
        Optional<IdempotencyKey> key = IdempotencyKey.of(context, body);
        JsonObjectReader in = JsonObjectReader.of(body);
        String text = UserText.text(in, "text", CommentChange.LONGEST_TEXT);
        List<Reference> references = References.read(in);
        in.end();
        in.check();
        // What was taken once stays taken, though the entry or what it points to may be gone by now.
        Optional<Comment> before = key.flatMap(given -> comments.madeWith(by.name(), given));
        if (before.isPresent()) {
            answer(context, before.get(), false);
            return;
        }
        known.require(post);
        posts.check(references, Requests.token(context));
        Comments.Made made = comments.create(post, by.name(), text, references, key, Requests.trace(context));
        answer(context, made.comment(), made.fresh());
    }

    private static void answer(Context context, Comment comment, boolean fresh) {
        context.status(fresh ? 201 : 200)
                .header("Location", "/comments/" + comment.id())
                .json(comment);
    }

    private void ofPost(Context context) {
        Requests.onlyParameters(context, Set.of("limit", "cursor"));
        UUID post = Requests.id(context, "id");
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        String question = "comments on " + post;
        String cursor = context.queryParam("cursor");
        UUID after = cursor == null ? null : IdCursor.read(cursor, question);
        known.requireUnlessAway(post);
        List<Comment> found = queries.ofPost(post, after, limit + 1);
        context.json(ShownComments.page(found, limit, question, HttpListener.principal(context)));
    }

    private void newest(Context context) {
        Requests.onlyParameters(context, Set.of("author", "status", "limit", "cursor"));
        String author = Requests.name(context, "author", LONGEST_NAME);
        Set<Status> statuses = EnumSet.noneOf(Status.class);
        context.queryParams("status").forEach(name -> statuses.add(Statuses.status(name)));
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        String question = statuses + " comments of " + author;
        String cursor = context.queryParam("cursor");
        UUID before = cursor == null ? null : IdCursor.read(cursor, question);
        List<Comment> found = queries.newest(author, statuses, before, limit + 1);
        context.json(ShownComments.page(found, limit, question, HttpListener.principal(context)));
    }

    private void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        Comment comment = queries.find(Requests.id(context, "id")).alive();
        context.json(ShownComments.one(comment, HttpListener.principal(context)));
    }

    private void edit(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = Requests.id(context, "id");
        CommentChange change = CommentChange.read(Requests.json(context, ObjectNode.class));
        if (change.references() != null) {
            posts.check(change.references(), Requests.token(context));
        }
        String by = HttpListener.principal(context).name();
        context.json(comments.edit(id, by, change, Requests.trace(context)));
    }

    private void delete(Context context) {
        Requests.onlyParameters(context, Set.of());
        String by = HttpListener.principal(context).name();
        comments.delete(Requests.id(context, "id"), by, Requests.trace(context));
        context.status(204);
    }

    private void history(Context context) {
        Requests.onlyParameters(context, Set.of());
        StoredComment stored = queries.find(Requests.id(context, "id"));
        CommentHistory history =
                queries.history(UUID.fromString(stored.comment().id()));
        boolean whole = ShownComments.seesEverything(HttpListener.principal(context), stored.comment());
        context.json(whole ? history : history.approved());
    }
}
