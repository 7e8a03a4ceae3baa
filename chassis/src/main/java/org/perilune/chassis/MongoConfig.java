package org.perilune.chassis;

/**
 * A service's own MongoDB database.
 *
 * @param url such as {@code mongodb://127.0.0.1:37017}; options such as {@code ?tls=true} or several hosts may be in it,
 *     credentials may not
 * @param user is looked up in {@code database}, by SCRAM-SHA-256
 */
public record MongoConfig(String url, String user, Secret password, String database) {
    private static final String SCHEME = "mongodb";

    /** One server, without TLS. */
    public MongoConfig(String host, int port, String user, Secret password, String database) {
        this(url(host, port), user, password, database);
    }

    /**
     * Reads {@code mongodb.host} and {@code .port}, or {@code .url} instead; {@code .user}, {@code .password} (or
     * {@code .password-file}) and {@code .database}, which is named like the user if nothing is said.
     */
    public static MongoConfig read(Settings in) {
        String host = in.text("mongodb.host", "127.0.0.1");
        int port = in.port("mongodb.port", 37017);
        String url = in.optionalText("mongodb.url").orElse(url(host, port));
        if (!url.startsWith(SCHEME + "://") && !url.startsWith(SCHEME + "+srv://")) {
            in.fault("mongodb.url", "is not a URL such as mongodb://127.0.0.1:27017");
        }
        if (url.contains("@")) {
            // It is not repeated: the log would keep the password.
            in.fault("mongodb.url", "holds a user; give mongodb.user and mongodb.password-file instead");
        }
        String user = in.text("mongodb.user");
        return new MongoConfig(
                url, user, in.secret("mongodb.password"), in.text("mongodb.database", user.replace('-', '_')));
    }

    private static String url(String host, int port) {
        return SCHEME + "://" + host + ":" + port;
    }
}
