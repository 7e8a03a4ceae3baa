package org.perilune.chassis.opensearch;

import java.net.URI;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

/**
 * OpenSearch, or what speaks its API, and who we are there.
 *
 * @param enabled false where search does without it; nothing else counts then
 * @param url {@code http} or {@code https}, with host, without credentials
 * @param tls of an https address
 */
public record OpenSearchConfig(boolean enabled, URI url, String user, Secret password, TlsConfig tls) {
    private static final URI STANDARD = URI.create("http://127.0.0.1:9200");

    /** Of a server whom the JDK trusts, or a plain one. */
    public OpenSearchConfig(boolean enabled, URI url, String user, Secret password) {
        this(enabled, url, user, password, new TlsConfig(isTls(url), null, null, null));
    }

    /**
     * Reads {@code opensearch.enabled}, {@code .url}, {@code .user}, {@code .password} (or {@code .password-file}) and
     * {@code .tls.ca-file}, {@code .certificate-file}, {@code .key-file}, which count where the address begins with https.
     *
     * @return one that is not enabled, where the settings say so
     */
    public static OpenSearchConfig read(Settings in) {
        boolean enabled = in.flag("opensearch.enabled", true);
        URI url = in.uri("opensearch.url", STANDARD);
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            in.fault("opensearch.url", "must be an address such as https://search.example:9200");
        }
        if (url.getUserInfo() != null) {
            in.fault("opensearch.url", "must not have credentials; they go into opensearch.user and .password");
        }
        TlsConfig tls = TlsConfig.read(in, "opensearch", enabled && isTls(url));
        if (!enabled) {
            // Read all the same, so that they are known keys.
            in.text("opensearch.user", "");
            in.optionalText("opensearch.password-file");
            return new OpenSearchConfig(
                    false,
                    url,
                    "",
                    new Secret(in.optionalText("opensearch.password").orElse("")),
                    tls);
        }
        return new OpenSearchConfig(true, url, in.text("opensearch.user"), in.secret("opensearch.password"), tls);
    }

    private static boolean isTls(URI url) {
        return "https".equals(url.getScheme());
    }

    /** For people. */
    public String host() {
        return url.getHost();
    }

    /** The one of its scheme where the address names none. */
    public int port() {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return isTls(url) ? 443 : 80;
    }
}
