package org.perilune.chassis.http;

import io.javalin.http.Context;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Collections;
import java.util.HexFormat;

/**
 * Whose requests are counted together.
 *
 * @param address one IPv4 address, or one IPv6 /64, which is what a single customer has
 * @param network the /24 or /48 around it
 */
public record ClientAddress(String address, String network) {
    /** As written, for whoever it is passed on to. */
    public static String origin(Context context, TrustedProxies proxies) {
        return proxies.origin(
                context.req().getRemoteAddr(), Collections.list(context.req().getHeaders("X-Forwarded-For")));
    }

    public static ClientAddress of(Context context, TrustedProxies proxies) {
        return of(origin(context, proxies));
    }

    public static ClientAddress of(String literal) {
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
