package org.perilune.console.session;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where to go after log-in: a path of ours, never another host. */
public final class SafeRedirect {
    // Browsers read "//" and "/\" as the begin of a host, and drop tabs and line ends.
    private static final Pattern OURS = Pattern.compile("/(?![/\\\\])[\\x21-\\x7E&&[^\\\\]]*");

    private SafeRedirect() {}

    /** The path of a page that a script of ours names by its whole address; "/" where it is none. */
    public static String pageOf(@Nullable String address) {
        try {
            URI page = URI.create(Optional.ofNullable(address).orElse("/"));
            String query = page.getRawQuery() == null ? "" : "?" + page.getRawQuery();
            String fragment = page.getRawFragment() == null ? "" : "#" + page.getRawFragment();
            return target(page.getRawPath() + query + fragment);
        } catch (IllegalArgumentException noAddress) {
            return "/";
        }
    }

    public static String target(@Nullable String next) {
        return Optional.ofNullable(next)
                .filter(path -> path.length() <= 2_000 && OURS.matcher(path).matches())
                .filter(path -> !path.startsWith("/login") && !path.startsWith("/logout"))
                .orElse("/");
    }
}
