package org.perilune.eventbus.callback;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;

/** Looks hosts up, and gives out addresses only that may be connected to. Safe for threads. */
public final class CallbackHosts {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final AllowedHosts allowed;
    private final Lookup lookup;

    /** Asks the name service. */
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    public CallbackHosts(AllowedHosts allowed, Lookup lookup) {
        this.allowed = allowed;
        this.lookup = lookup;
    }

    public AllowedHosts allowed() {
        return allowed;
    }

    /**
     * All addresses of a host; fails with {@link Refused} where one of them is not public, since nobody who means well
     * has such a name, and where there is none.
     *
     * @param host an IPv6 address may be in brackets
     */
    CompletableFuture<List<InetSocketAddress>> addresses(String host, int port) {
        var found = new CompletableFuture<List<InetSocketAddress>>();
        // The look-up is native and may take long: a virtual thread would hold its carrier meanwhile.
        Threads.startPlatform("lookup-" + host, () -> {
            try {
                found.complete(checked(host, port));
            } catch (RuntimeException failure) {
                found.completeExceptionally(failure);
            }
        });
        return found;
    }

    /** @throws ServiceException.Invalid where the address must not, or cannot, be called */
    public void check(CallbackAddress address) throws InterruptedException {
        try {
            addresses(address.host(), address.port()).get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new ServiceException.Invalid("url", "its host could not be looked up in time; try again");
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Refused refused) {
                throw new ServiceException.Invalid("url", refused.words());
            }
            throw new IllegalStateException("A host could not be looked up", failure.getCause());
        }
    }

    private List<InetSocketAddress> checked(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        InetAddress[] found;
        try {
            found = lookup.of(name);
        } catch (UnknownHostException failure) {
            throw new Refused("its host is not known: " + name);
        }
        if (!allowed.contain(bracketed(name), port)) {
            for (InetAddress address : found) {
                if (!PublicAddresses.contain(address)) {
                    throw new Refused("its host " + name + " is not at a public address; an operator can name it in"
                            + " event-bus.callbacks.allowed-hosts");
                }
            }
        }
        Function<InetAddress, InetSocketAddress> atPort = address -> new InetSocketAddress(address, port);
        return Stream.of(found).map(atPort).toList();
    }

    private static String bracketed(String host) {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** The host must not be called, or is not there. The message is a sentence about it, without the subject. */
    static final class Refused extends RuntimeException {
        private final String words;

        Refused(String words) {
            super(words);
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
