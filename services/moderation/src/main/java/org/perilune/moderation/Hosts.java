package org.perilune.moderation;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which host a link leads to, as browsers read it (https://url.spec.whatwg.org/#url-parsing). */
final class Hosts {
    /** The scheme may be left out; browsers take back slashes for slashes, and any number of them. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:(?:https?|ftp|wss?):[/\\\\]*|[/\\\\]{2,})?([^/\\\\?#]*).*", Pattern.DOTALL);

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");

    private Hosts() {}

    /** Empty where there is none that could be compared: such a link is allowed nowhere. */
    static Optional<String> of(String link) {
        // Browsers leave these out, wherever they are.
        String clean = link.replaceAll("[\t\r\n]", "").strip().toLowerCase(Locale.ROOT);
        Matcher parts = AUTHORITY.matcher(clean);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String authority = parts.group(1);
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return ascii(host.replaceFirst(":[0-9]*$", ""));
    }

    /** The form that hosts are compared in; empty for what is no host's name. */
    static Optional<String> ascii(String name) {
        try {
            String ascii = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
            String host = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
            return NAME.matcher(host).matches() ? Optional.of(host) : Optional.empty();
        } catch (IllegalArgumentException | IndexOutOfBoundsException noName) {
            return Optional.empty();
        }
    }
}
