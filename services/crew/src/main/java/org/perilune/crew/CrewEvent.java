package org.perilune.crew;

import static org.perilune.contracts.Activity.Type.LOGGED_IN;
import static org.perilune.contracts.Activity.Type.LOGGED_OUT;
import static org.perilune.contracts.Activity.Type.LOG_IN_REFUSED;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.Activity;
import org.perilune.contracts.Topology;

/** What crew publishes. No event has anything in it that a password, a secret or an address could be found by. */
final class CrewEvent {
    private CrewEvent() {}

    /** Why a session is over. */
    enum End {
        ASKED("asked", "%s logged out"),
        IDLE("idle", "%s was logged out after half an hour without a sign"),
        OLD("old", "%s was logged out after the longest time that a session lasts"),
        CHANGED("changed", "%s was logged out because the account was changed");

        private final String wireName;
        private final String sentence;

        End(String wireName, String sentence) {
            this.wireName = wireName;
            this.sentence = sentence;
        }
    }

    private record LoggedIn(@JsonUnwrapped Activity activity, String person, String role) {}

    private record LoggedOut(@JsonUnwrapped Activity activity, String person, String reason) {}

    private record Refused(@JsonUnwrapped Activity activity, String person, int tries) {}

    static CloudEvent loggedIn(String session, Person person, Instant at) {
        String name = person.name();
        var activity = new Activity(at, null, name, session, name + " logged in");
        return event(
                LOGGED_IN, name, at, new LoggedIn(activity, name, person.role().wireName()));
    }

    /** @param by null where nobody did it */
    static CloudEvent loggedOut(String session, String person, End end, @Nullable String by, Instant at) {
        var activity = new Activity(at, null, by, session, end.sentence.formatted(person));
        return event(LOGGED_OUT, person, at, new LoggedOut(activity, person, end.wireName));
    }

    /** Nobody knows who it was: {@code by} is null. */
    static CloudEvent refused(String person, int tries, Instant since) {
        String summary = tries == 1
                ? "A log-in as %s was refused".formatted(person)
                : "%d log-ins as %s were refused within a minute".formatted(tries, person);
        var activity = new Activity(since, null, null, null, summary);
        return event(LOG_IN_REFUSED, person, since, new Refused(activity, person, tries));
    }

    private static CloudEvent event(String type, String subject, Instant at, Object data) {
        return CloudEvent.of(Topology.CREW.name(), type, subject, at, data, Optional.empty());
    }
}
