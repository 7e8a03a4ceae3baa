package org.perilune.bench.seed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.perilune.bench.instance.Instance;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.Ids;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Post;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.contracts.Topology;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Years of a flight log in a minute: written by COPY straight into the table that event-bus keeps its log in. That is
 * what a rebuild reads, so that query's model is then made by query itself; through posts, comments and moderation the
 * same would take an hour. Those services know nothing of these entries. Texts are short: 120 characters of an entry, 60
 * of a comment.
 */
public final class SeededLog {
    private static final int BATCH = 1_000;
    private static final int RECENT = 1_000;
    private static final int AUTHORS = 50;
    private static final long SEED = 4;

    private final Random random = new Random(SEED);
    private final int posts;
    private final int commentsEach;
    private final Instant first;
    private final String[] recent = new String[RECENT];
    private final StringBuilder rows = new StringBuilder();
    private long events;

    /**
     * @param commentsEach on average; each is two events, its creation and its approval
     * @param end when the last entry was written; they are a minute apart
     */
    public SeededLog(int posts, int commentsEach, Instant end) {
        this.posts = posts;
        this.commentsEach = commentsEach;
        this.first = end.minusSeconds(60L * posts);
    }

    /** @return how many events were written */
    public long write(Instance instance) throws SQLException, IOException {
        try (Connection connection = instance.database(Topology.EVENT_BUS)) {
            CopyIn copy = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy events (source, id, type, body) from stdin");
            try {
                for (int post = 0; post < posts; post++) {
                    Instant at = first.plusSeconds(60L * post);
                    entry(post, at);
                    for (int comment = 0; comment < commentsEach; comment++) {
                        comment(post, at.plusMillis(1 + comment * 10L));
                    }
                    if (post % BATCH == BATCH - 1 || post == posts - 1) {
                        byte[] bytes = rows.toString().getBytes(UTF_8);
                        copy.writeToCopy(bytes, 0, bytes.length);
                        rows.setLength(0);
                    }
                }
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
            try (var statement = connection.createStatement()) {
                statement.execute("analyze events");
            }
        }
        return events;
    }

    private void entry(int number, Instant at) {
        String id = id(at);
        recent[number % RECENT] = id;
        String text = "Entry %d: crossed the terminator with all values in their limits, ".formatted(number)
                + "and lost the signal behind the limb as planned, Moon";
        var post = new Post(id, 1, author(), "Entry " + number, text, null, List.of(), at, null);
        row(Topology.POSTS, FlightLog.POST_CREATED, id, at, post);
    }

    /** On one of the entries that are recent then. */
    private void comment(int number, Instant at) {
        String id = id(at);
        String on = recent[random.nextInt(Math.min(number + 1, RECENT))];
        String author = author();
        String text = "Seen on the other antenna as well, about two seconds later";
        row(
                Topology.COMMENTS,
                FlightLog.COMMENT_CREATED,
                id,
                at,
                new Comment(id, on, 1, 1, author, text, List.of(), at, null, Status.PENDING, null, null, null, null));
        Instant decided = at.plusMillis(5);
        row(
                Topology.COMMENTS,
                FlightLog.COMMENT_UPDATED,
                id,
                decided,
                new Comment(
                        id,
                        on,
                        2,
                        1,
                        author,
                        text,
                        List.of(),
                        at,
                        null,
                        Status.APPROVED,
                        null,
                        null,
                        "moderation",
                        decided));
    }

    private String author() {
        return "bench-" + random.nextInt(AUTHORS);
    }

    private static String id(Instant at) {
        return Ids.next(Clock.fixed(at, ZoneOffset.UTC)).toString();
    }

    private void row(Topology.Service service, String type, String subject, Instant at, Object data) {
        CloudEvent event = CloudEvent.of(service.name(), type, subject, at, data, Optional.empty());
        String body = new String(event.bytes(), UTF_8).replace("\\", "\\\\");
        rows.append(event.source()).append('\t').append(event.id()).append('\t');
        rows.append(type).append('\t').append(body).append('\n');
        events++;
    }
}
