package org.perilune.chassis.http;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URL;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Crew's keys, and what is known of those that are not among them: once fetched afresh, they do not exist; while crew is
 * out of reach, they may. Safe for threads.
 */
final class PublishedKeys implements JWKSetSource<SecurityContext> {
    private final JWKSetSource<SecurityContext> remote;
    private volatile boolean outOfReach;
    private volatile Set<String> known = Set.of();

    PublishedKeys(URL url, ResourceRetriever retriever) {
        this.remote = new URLBasedJWKSetSource<>(url, retriever);
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, SecurityContext context)
            throws KeySourceException {
        try {
            JWKSet keys = remote.getJWKSet(refresh, now, context);
            known = keys.getKeys().stream()
                    .map(JWK::getKeyID)
                    .filter(Objects::nonNull)
                    .collect(Collectors.toUnmodifiableSet());
            outOfReach = false;
            return keys;
        } catch (KeySourceException failure) {
            outOfReach = true;
            throw failure;
        }
    }

    /** Whether crew may have published a key since its keys were last had. */
    boolean mayHave(String keyId) {
        return outOfReach && !known.contains(keyId);
    }

    @Override
    public void close() throws IOException {
        remote.close();
    }
}
