package org.perilune.console.session;

import io.javalin.http.Context;
import java.util.Optional;

/**
 * What counts as use of a session: pages that a person goes to, and what a person sends. What an open page asks for by
 * itself does not, or a forgotten tab would keep its session for ever.
 */
final class Use {
    private Use() {}

    static boolean isOne(Context context) {
        if (!context.method().name().equals("GET")) {
            return !context.method().name().equals("HEAD");
        }
        String mode = context.header("Sec-Fetch-Mode");
        if (mode != null) {
            return mode.equals("navigate");
        }
        String accept = Optional.ofNullable(context.header("Accept")).orElse("");
        return accept.contains("text/html") && context.header("HX-Request") == null;
    }
}
