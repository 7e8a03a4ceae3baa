package org.perilune.query.entries;

import io.javalin.http.Context;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Requests;

/** Which entries are asked for; newest first. */
record EntryQuery(Optional<String> author, Optional<String> device, Optional<UUID> before, int limit) {
    private static final int LONGEST_NAME = 200;

    static EntryQuery read(Context context) {
        Requests.onlyParameters(context, Set.of("author", "device", "limit", "cursor"));
        Optional<String> author = name(context, "author");
        Optional<String> device = name(context, "device");
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        Optional<UUID> before =
                Requests.text(context, "cursor").map(cursor -> IdCursor.read(cursor, scope(author, device)));
        return new EntryQuery(author, device, before, limit);
    }

    String cursor(UUID last) {
        return IdCursor.text(last, scope(author, device));
    }

    /** A name to compare with: not longer than any can be, and without what no database takes. */
    static Optional<String> name(Context context, String parameter) {
        Optional<String> name = Requests.text(context, parameter);
        if (name.filter(text -> text.isEmpty() || text.length() > LONGEST_NAME || text.indexOf('\0') >= 0)
                .isPresent()) {
            throw Requests.malformed(parameter, "must be a name of 1 to " + LONGEST_NAME + " characters");
        }
        return name;
    }

    private static String scope(Optional<String> author, Optional<String> device) {
        return "posts\n" + author.map(name -> "a" + name).orElse("") + "\n"
                + device.map(name -> "d" + name).orElse("");
    }
}
