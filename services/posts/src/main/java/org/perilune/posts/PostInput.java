package org.perilune.posts;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.flightlog.References;

/** An entry as somebody writes it. */
record PostInput(
        String text, @Nullable String title, @Nullable Instant at, List<Reference> references) {
    static final int LONGEST_TEXT = 20_000;
    static final int LONGEST_TITLE = 200;

    /** Faults are left with the fields. */
    static PostInput read(JsonObjectReader in) {
        return new PostInput(
                UserText.text(in, "text", LONGEST_TEXT),
                UserText.optionalLine(in, "title", LONGEST_TITLE).orElse(null),
                References.instant(in, "at").map(SqlTimes::truncated).orElse(null),
                References.read(in));
    }
}
