package org.perilune.chassis.mongo;

import java.util.regex.Pattern;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

/**
 * A service's own MongoDB database.
 *
 * @param url such as {@code mongodb://127.0.0.1:27017}; options such as {@code ?tls=true} or several hosts may be in it,
 *     credentials may not
 * @param user is looked up in {@code database}, by SCRAM-SHA-256
 * @param tls of every connection, which {@code tls} in the URL turns on, too
 */
public record MongoConfig(String url, String user, Secret password, String database, TlsConfig tls) {
    private static final String SCHEME = "mongodb";
    private static final Pattern URL =
            Pattern.compile("mongodb(\\+srv)?://[^@/?,:]+(:[0-9]{1,5})?(,[^@/?,:]+(:[0-9]{1,5})?)*(/[^@]*)?");
    private static final Pattern BY_OPTION = Pattern.compile("[?&](tls|ssl)=true", Pattern.CASE_INSENSITIVE);
    private static final Pattern UNVERIFIED = Pattern.compile(
            "[?&](tlsInsecure|sslInvalidHostNameAllowed|tlsAllowInvalid[a-z]*)=true", Pattern.CASE_INSENSITIVE);
    private static final int STANDARD_PORT = 27017;

    /** One server, without TLS. */
    public MongoConfig(String host, int port, String user, Secret password, String database) {
        this(url(host, port), user, password, database, TlsConfig.OFF);
    }

    /**
     * Reads {@code mongodb.host} and {@code .port}, or {@code .url} instead; {@code .user}, {@code .password} (or
     * {@code .password-file}), {@code .tls.*}, and {@code .database}, which is named like the user if nothing is said.
     */
    public static MongoConfig read(Settings in) {
        String host = in.text("mongodb.host", "127.0.0.1");
        int port = in.port("mongodb.port", STANDARD_PORT);
        String url = in.optionalText("mongodb.url").orElse(url(host, port));
        if (!URL.matcher(url).matches()) {
            // It is not repeated: there might be a password in it, which the log would keep.
            in.fault(
                    "mongodb.url",
                    "is not a URL such as mongodb://127.0.0.1:27017/?tls=true; users go into mongodb.user");
        }
        String user = in.text("mongodb.user");
        return new MongoConfig(
                url,
                user,
                in.secret("mongodb.password"),
                in.text("mongodb.database", user.replace('-', '_')),
                tls(in, url));
    }

    private static TlsConfig tls(Settings in, String url) {
        if (UNVERIFIED.matcher(url).find()) {
            in.fault("mongodb.url", "must not leave certificates or host names unchecked; see mongodb.tls.ca-file");
        }
        boolean ofUrl = BY_OPTION.matcher(url).find() || url.startsWith(SCHEME + "+srv:");
        return TlsConfig.read(in, "mongodb", in.flag("mongodb.tls.enabled", ofUrl));
    }

    /** The first server's, for people. */
    public String host() {
        String address = address();
        return portAt(address) < 0 ? address : address.substring(0, portAt(address));
    }

    /** The first server's, for people. */
    public int port() {
        String address = address();
        return portAt(address) < 0 ? STANDARD_PORT : Integer.parseInt(address.substring(portAt(address) + 1));
    }

    private String address() {
        return url.substring(url.indexOf("://") + 3).split("[,/?]", 2)[0];
    }

    private static int portAt(String address) {
        return address.lastIndexOf(':');
    }

    private static String url(String host, int port) {
        return SCHEME + "://" + host + ":" + port;
    }
}
