package org.perilune.crew;

import io.javalin.http.Context;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Set;

/**
 * Whose tries are counted together.
 *
 * @param address one IPv4 address, or one IPv6 /64, which is what a single customer has
 * @param network the /24 or /48 around it
 */
record ClientAddress(String address, String network) {
    /** Behind the console every browser has the console's address; the last hop it names is the browser's. */
    static ClientAddress of(Context context, Set<String> trustedProxies) {
        String peer = context.ip();
        String forwarded = context.header("X-Forwarded-For");
        if (forwarded == null || !trustedProxies.contains(peer)) {
            return of(peer);
        }
        return of(forwarded.substring(forwarded.lastIndexOf(',') + 1).strip());
    }

    static ClientAddress of(String literal) {
        try {
            InetAddress address = InetAddress.ofLiteral(literal);
            byte[] bytes = address.getAddress();
            if (address instanceof Inet6Address) {
                return new ClientAddress(prefix(bytes, 8), prefix(bytes, 6));
            }
            return new ClientAddress(prefix(bytes, 4), prefix(bytes, 3));
        } catch (IllegalArgumentException notAnAddress) {
            // Never trusted to be many: all of these are counted as one.
            return new ClientAddress("unknown", "unknown");
        }
    }

    private static String prefix(byte[] address, int length) {
        return HexFormat.of().formatHex(address, 0, length);
    }
}
