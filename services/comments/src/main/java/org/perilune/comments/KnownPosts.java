package org.perilune.comments;

import io.javalin.http.GoneResponse;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventData;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.FlightLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which entries there are, by the events of posts; posts itself is asked of what is not known yet. Safe for threads. */
final class KnownPosts {
    private static final Logger LOG = LoggerFactory.getLogger(KnownPosts.class);

    private final Jdbi jdbi;
    private final PostsClient posts;

    KnownPosts(Jdbi jdbi, PostsClient posts) {
        this.jdbi = jdbi;
        this.posts = posts;
    }

    /** Applies an event of posts, in whatever order and however often it comes. */
    static void apply(Handle transaction, CloudEvent event) {
        if (event.type().equals(FlightLog.POST_DELETED)) {
            var deleted = EventData.as(event, FlightLog.Deleted.class);
            put(transaction, UUID.fromString(deleted.id()), deleted.revision(), true);
            return;
        }
        var post = EventData.as(event, FlightLog.Post.class);
        put(transaction, UUID.fromString(post.id()), post.revision(), false);
    }

    /**
     * Returns where there is such an entry.
     *
     * @throws ServiceException.NotFound where posts does not know it
     * @throws GoneResponse where it was deleted
     * @throws ServiceException.Unavailable where neither we nor posts can tell
     */
    void require(UUID post) {
        Optional<Boolean> deleted = jdbi.withHandle(handle -> deleted(handle, post));
        if (deleted.isPresent()) {
            requireThere(post, deleted.get());
            return;
        }
        PostsClient.Found found = posts.find(post);
        jdbi.useHandle(handle -> put(handle, post, found.revision(), found.deleted()));
        requireThere(post, found.deleted());
    }

    /** The same, but returns, too, where nobody can tell. */
    void requireUnlessAway(UUID post) {
        try {
            require(post);
        } catch (ServiceException.Unavailable away) {
            LOG.debug("It is not known whether there is an entry [id: {}]", post, away);
        }
    }

    /** Nobody comments on an entry, or changes a comment on it, once its deletion was heard of. */
    static void requireNotDeleted(Handle transaction, UUID post) {
        requireThere(post, deleted(transaction, post).orElse(false));
    }

    private static void requireThere(UUID post, boolean deleted) {
        if (deleted) {
            throw new GoneResponse("The entry " + post + " was deleted; its comments can no longer be changed");
        }
    }

    private static Optional<Boolean> deleted(Handle handle, UUID post) {
        return handle.createQuery("select deleted from known_post where id = :id")
                .bind("id", post)
                .mapTo(Boolean.class)
                .findOne();
    }

    private static void put(Handle handle, UUID id, long revision, boolean deleted) {
        handle.createUpdate("""
                insert into known_post (id, revision, deleted) values (:id, :revision, :deleted)
                on conflict (id) do update set revision = excluded.revision, deleted = excluded.deleted
                where known_post.revision < excluded.revision
                """)
                .bind("id", id)
                .bind("revision", revision)
                .bind("deleted", deleted)
                .execute();
    }
}
