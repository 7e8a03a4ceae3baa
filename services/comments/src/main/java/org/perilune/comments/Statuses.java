package org.perilune.comments;

import java.util.Locale;
import java.util.stream.Stream;
import org.perilune.chassis.http.Requests;
import org.perilune.contracts.FlightLog.Status;

/** Names of states of comments, in the database and outside. */
final class Statuses {
    private Statuses() {}

    static String name(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    static Status status(String name) {
        return Stream.of(Status.values())
                .filter(status -> name(status).equals(name))
                .findFirst()
                .orElseThrow(
                        () -> Requests.malformed("status", "must be pending, approved or rejected, not another word"));
    }
}
