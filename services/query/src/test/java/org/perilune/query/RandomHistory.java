package org.perilune.query;

import static org.perilune.query.QueryFixture.comment;
import static org.perilune.query.QueryFixture.created;
import static org.perilune.query.QueryFixture.deletedComment;
import static org.perilune.query.QueryFixture.deletedPost;
import static org.perilune.query.QueryFixture.event;
import static org.perilune.query.QueryFixture.post;
import static org.perilune.query.QueryFixture.updated;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.Activity;
import org.perilune.contracts.FlightLog.Status;

/** Posts and comments as they might come, all out of one seed. */
public final class RandomHistory {
    private static final List<Status> STATUSES = List.of(Status.PENDING, Status.APPROVED, Status.REJECTED);

    private final Random random;
    /** Not so long ago that maintenance would prune it. */
    private long millis = System.currentTimeMillis() - 3_600_000;

    public RandomHistory(Random random) {
        this.random = random;
    }

    /** In the order in which they came to be. */
    public List<CloudEvent> events(int posts) {
        var events = new ArrayList<CloudEvent>();
        for (int i = 0; i < posts; i++) {
            UUID id = next();
            String author = "author-" + random.nextInt(5);
            String[] devices = random.nextBoolean() ? new String[] {"rover-" + random.nextInt(3)} : new String[0];
            events.add(created(post(id, 1, author, text(), devices)));
            long revision = 1;
            while (random.nextInt(3) == 0) {
                events.add(updated(post(id, ++revision, author, text(), devices)));
            }
            for (int comments = random.nextInt(8); comments > 0; comments--) {
                commented(id, events);
            }
            if (random.nextInt(6) == 0) {
                events.add(deletedPost(id, revision + 1));
            }
            var activity = new Activity(Instant.ofEpochMilli(millis), "rover-1", "alice", null, "It " + text());
            events.add(event("telemetry", Activity.Type.TELEMETRY_GAP_FOUND, "x", activity));
        }
        return events;
    }

    private void commented(UUID post, List<CloudEvent> events) {
        UUID id = next();
        events.add(created(comment(id, post, 1, Status.PENDING, text())));
        int revision = 1;
        while (random.nextInt(4) > 0) {
            Status status = STATUSES.get(random.nextInt(STATUSES.size()));
            events.add(updated(comment(id, post, ++revision, status, text())));
        }
        if (random.nextInt(5) == 0) {
            events.add(deletedComment(id, post, revision + 1));
        }
    }

    private UUID next() {
        long high = (millis++ << 16) | 0x7000 | random.nextInt(0x1000);
        return new UUID(high, (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L);
    }

    private String text() {
        return "burn \"№ " + random.nextInt(1_000) + "\" — done\n☾";
    }
}
