package org.perilune.eventbus.callback;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.perilune.chassis.runtime.ServiceException;

/**
 * A callback address whose form is beyond doubt, so that every reader finds the same host in it. Where the host is, is
 * {@link CallbackHosts}' to say.
 */
public record CallbackAddress(URI uri) {
    private static final int LONGEST = 2_048;
    private static final int HTTPS_PORT = 443;

    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    private static final Pattern V4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.(?!$)|$)){4}");

    private static final Pattern V6 = Pattern.compile("\\[[0-9a-f:.]+]");

    /** As browsers see it, a host whose last label is a number is an IPv4 address, in whatever notation. */
    private static final Pattern NUMBER_AT_END = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

    /** @throws ServiceException.Invalid with the field {@code url}, if anything about it is unusual */
    public static CallbackAddress parse(String text, AllowedHosts allowed) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw fault("must be an address of up to " + LONGEST + " characters, such as https://example.com/events");
        }
        if (!text.chars().allMatch(character -> character > ' ' && character < 127 && character != '\\')) {
            throw fault("must be plain ASCII without spaces and backslashes; write international names as xn--…");
        }
        URI uri = uri(text);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw fault("must begin with https://");
        }
        if (uri.getRawUserInfo() != null) {
            throw fault("must not hold a user or a password");
        }
        if (uri.getRawFragment() != null) {
            throw fault("must not have a fragment (#…)");
        }
        String host = host(uri);
        int port = port(uri, scheme);
        if (!allowed.contain(host, port)) {
            if (scheme.equals("http")) {
                throw fault("must begin with https://, unless its host is named in event-bus.callbacks.allowed-hosts");
            }
            if (port != HTTPS_PORT) {
                throw fault("must be at port 443, unless its host is named in event-bus.callbacks.allowed-hosts");
            }
        }
        return new CallbackAddress(uri);
    }

    /** In lower case, an IPv6 address in brackets. */
    public String host() {
        return uri.getHost().toLowerCase(Locale.ROOT);
    }

    int port() {
        return port(uri, uri.getScheme().toLowerCase(Locale.ROOT));
    }

    private static URI uri(String text) {
        try {
            return new URI(text).parseServerAuthority();
        } catch (URISyntaxException failure) {
            throw fault("is not an address such as https://example.com/events");
        }
    }

    private static String host(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        boolean usual = uri.getHost() != null
                && (V6.matcher(host).matches()
                        || V4.matcher(host).matches()
                        || (NAME.matcher(host).matches()
                                && !NUMBER_AT_END.matcher(host).matches()));
        if (!usual || host.length() > 253) {
            throw fault("has no usual host: a name, four decimal numbers, or an IPv6 address in brackets");
        }
        return host;
    }

    private static int port(URI uri, String scheme) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return scheme.equals("https") ? HTTPS_PORT : 80;
    }

    private static ServiceException.Invalid fault(String detail) {
        return new ServiceException.Invalid("url", detail);
    }
}
