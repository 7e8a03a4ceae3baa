package org.perilune.posts;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.FlightLog.Post;
import org.perilune.contracts.FlightLog.Reference;

/** What an entry was, revision after revision. */
record PostHistory(List<Line> history) {
    /** @param about the time that the entry is about */
    record Line(
            long revision,
            Instant at,
            String by,
            String action,
            @Nullable String title,
            @Nullable String text,
            @Nullable Instant about,
            List<Reference> references) {}

    static boolean sameContent(Post one, Post other) {
        return one.text().equals(other.text())
                && Objects.equals(one.title(), other.title())
                && Objects.equals(one.at(), other.at())
                && one.references().equals(other.references());
    }
}
