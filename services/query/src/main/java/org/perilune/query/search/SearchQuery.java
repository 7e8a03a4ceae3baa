package org.perilune.query.search;

import io.javalin.http.Context;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Requests;

/**
 * What is searched for.
 *
 * @param words as they were given
 * @param kind {@code post} or {@code comment}; empty for both
 * @param skip results that were given before
 */
record SearchQuery(SearchTerms terms, String words, Optional<String> kind, int skip, int limit) {
    private static final int LONGEST = 200;
    /** Nobody reads on further; and it bounds what a search costs. */
    private static final int MOST = 1_000;

    static SearchQuery read(Context context) {
        Requests.onlyParameters(context, Set.of("q", "kind", "limit", "cursor"));
        String words = Requests.text(context, "q").orElse("").strip();
        if (words.isEmpty() || words.length() > LONGEST || words.indexOf('\0') >= 0) {
            throw Requests.malformed("q", "must be what to look for, of 1 to " + LONGEST + " characters");
        }
        SearchTerms terms = SearchTerms.read(words);
        Optional<String> kind = Requests.text(context, "kind");
        if (kind.filter(text -> !text.equals("post") && !text.equals("comment")).isPresent()) {
            throw Requests.malformed("kind", "must be post or comment");
        }
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        int skip = Requests.text(context, "cursor")
                .map(cursor -> (int) IdCursor.read(cursor, scope(words, kind)).getLeastSignificantBits())
                .orElse(0);
        return new SearchQuery(terms, words, kind, Math.clamp(skip, 0, MOST), limit);
    }

    boolean wants(String oneKind) {
        return kind.isEmpty() || kind.get().equals(oneKind);
    }

    /** Where to go on; empty where that is too far. */
    Optional<String> next() {
        int after = skip + limit;
        return after >= MOST ? Optional.empty() : Optional.of(IdCursor.text(new UUID(0, after), scope(words, kind)));
    }

    private static String scope(String words, Optional<String> kind) {
        return "search\n" + kind.orElse("") + "\n" + words;
    }
}
