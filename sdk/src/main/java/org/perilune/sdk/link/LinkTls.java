package org.perilune.sdk.link;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a link, asked anew at each connection. The broker's certificate is compared with the name of its host.
 *
 * @param trust whose certificates count
 * @param keys of the device's own certificate; null where it shows none
 */
public record LinkTls(TrustManagerFactory trust, @Nullable KeyManagerFactory keys) {}
