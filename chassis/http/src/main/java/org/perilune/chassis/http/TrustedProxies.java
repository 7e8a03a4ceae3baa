package org.perilune.chassis.http;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.settings.Settings;

/**
 * Addresses and networks of proxies that stand before a service. What they write into {@code X-Forwarded-For} is
 * believed; anybody else could write there what they like.
 */
public final class TrustedProxies {
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    /** More hops than any proxies put there; the rest is not looked at. */
    private static final int MOST_HOPS = 32;

    private final List<Network> networks;

    private TrustedProxies(List<Network> networks) {
        this.networks = List.copyOf(networks);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared, and nobody else has it
    private record Network(byte[] address, int bits) {
        static Network parse(String text) {
            int slash = text.indexOf('/');
            byte[] address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > address.length * 8) {
                throw new IllegalArgumentException();
            }
            return new Network(address, bits);
        }

        boolean has(byte[] other) {
            int whole = bits / 8;
            if (other.length != address.length || !Arrays.equals(address, 0, whole, other, 0, whole)) {
                return false;
            }
            int rest = bits % 8;
            return rest == 0 || ((address[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
        }
    }

    /** A list such as {@code 127.0.0.1,::1,10.0.0.0/8}; a fault where one of it is neither address nor network. */
    static TrustedProxies read(Settings in, String key, String fallback) {
        String list = in.text(key, fallback);
        try {
            return of(list);
        } catch (IllegalArgumentException noAddress) {
            in.fault(key, "'" + list + "' is no list of addresses or networks such as 127.0.0.1,10.0.0.0/8");
            return NONE;
        }
    }

    static TrustedProxies of(String list) {
        return new TrustedProxies(Stream.of(list.split(","))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .map(Network::parse)
                .toList());
    }

    /**
     * Where a request came from: the peer, or behind a trusted one the last hop that is none. What stands before that
     * hop it may have made up.
     *
     * @param peer the address that the connection came from
     * @param forwarded the lines of {@code X-Forwarded-For}
     */
    String origin(String peer, List<String> forwarded) {
        if (!trusts(peer)) {
            return peer;
        }
        List<String> hops = hops(forwarded);
        String origin = peer;
        for (int hop = hops.size() - 1; hop >= 0; hop--) {
            origin = hops.get(hop);
            if (!trusts(origin)) {
                return origin;
            }
        }
        return origin;
    }

    boolean trusts(String address) {
        byte @Nullable [] bytes = bytes(address);
        return bytes != null && networks.stream().anyMatch(network -> network.has(bytes));
    }

    private static List<String> hops(List<String> lines) {
        var hops = new ArrayList<String>();
        lines.forEach(line -> Stream.of(line.split(",")).map(String::strip).forEach(hops::add));
        return hops.subList(Math.max(0, hops.size() - MOST_HOPS), hops.size());
    }

    private static byte @Nullable [] bytes(String address) {
        try {
            return InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrustedProxies proxies && proxies.toString().equals(toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return networks.stream()
                .map(network -> Arrays.toString(network.address()) + "/" + network.bits())
                .toList()
                .toString();
    }
}
