package org.perilune.chassis.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Takes all addresses of a host in turn. The JDK's client takes the first that a name resolves to, so that one copy of a
 * service would have all of the load where the name stands for every copy. Here an attempt is addressed by number, with
 * the name in {@code Host}; {@link Connections} has TLS ask for the name and check it. Safe for threads.
 */
final class Addresses {
    /** The JDK's client reads it once, when it makes its first request; without, {@code Host} cannot be set. */
    private static final String ALLOWED_HEADERS = "jdk.httpclient.allowRestrictedHeaders";

    static {
        String others = System.getProperty(ALLOWED_HEADERS);
        System.setProperty(ALLOWED_HEADERS, others == null || others.isBlank() ? "host" : others + ",host");
    }

    /** As {@link InetAddress#getAllByName}, which keeps what it heard for some seconds. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** An address without a listener is passed over for so long, as long as there is another. */
    private static final long PASSED_OVER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String host;
    private final Resolver resolver;
    private final AtomicInteger turn =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());
    private final Map<InetAddress, Long> awaySinceNanos = new ConcurrentHashMap<>();

    Addresses(String host, Resolver resolver) {
        this.host = host;
        this.resolver = resolver;
    }

    /**
     * Whose turn it is; empty where there is no choice.
     *
     * @param tried is taken again only where there is no other
     */
    Optional<InetAddress> next(Optional<InetAddress> tried) {
        InetAddress[] all;
        try {
            all = resolver.resolve(host);
        } catch (UnknownHostException unknown) {
            // The client says so, as of every connection that cannot be made.
            return Optional.empty();
        }
        if (all.length < 2) {
            return Optional.empty();
        }
        int first = Math.floorMod(turn.getAndIncrement(), all.length);
        List<InetAddress> inTurn = IntStream.range(0, all.length)
                .mapToObj(step -> all[(first + step) % all.length])
                .filter(address -> tried.isEmpty() || !tried.get().equals(address))
                .toList();
        return inTurn.stream()
                .filter(address -> !isAway(address))
                .findFirst()
                .or(() -> inTurn.stream().findFirst());
    }

    /** There was no connection to it. */
    void away(InetAddress address) {
        awaySinceNanos.put(address, System.nanoTime());
    }

    private boolean isAway(InetAddress address) {
        Long since = awaySinceNanos.get(address);
        if (since != null && System.nanoTime() - since > PASSED_OVER_NANOS) {
            awaySinceNanos.remove(address, since);
            return false;
        }
        return since != null;
    }

    /** Whether there is something to resolve. */
    static boolean isNamed(URI uri) {
        String host = uri.getHost();
        return host != null && !host.startsWith("[") && !host.matches("[0-9.]+");
    }

    /** The same place by number. */
    static URI at(InetAddress address, URI uri) {
        String number = address.getHostAddress();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create("%s://%s%s%s%s"
                .formatted(
                        uri.getScheme(),
                        address instanceof Inet6Address ? "[" + number + "]" : number,
                        uri.getPort() < 0 ? "" : ":" + uri.getPort(),
                        uri.getRawPath(),
                        query));
    }
}
