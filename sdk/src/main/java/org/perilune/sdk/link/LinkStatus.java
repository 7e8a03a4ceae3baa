package org.perilune.sdk.link;

import org.jspecify.annotations.Nullable;

/**
 * A link as it is now.
 *
 * @param connected whether the broker has accepted this connection
 * @param wanted whether there is to be a connection
 * @param reconnects connections made after the first
 * @param lastFailure why the last connection failed or ended, or null
 */
public record LinkStatus(
        boolean connected,
        boolean wanted,
        long reconnects,
        @Nullable String lastFailure) {}
