package org.perilune.chassis.http;

import io.javalin.config.JavalinConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.contracts.Topology;

/** A service that was started: what it opened, with an HTTP listener before it. Safe for threads. */
public final class HttpService implements Service {
    private final Resources owned;
    private final HttpListener listener;

    private HttpService(Resources owned, HttpListener listener) {
        this.owned = owned;
        this.listener = listener;
    }

    /** How a service is put together. */
    @FunctionalInterface
    public interface Assembly {
        /**
         * Opens everything into {@code parts}; waits for nothing.
         *
         * @return the routes, for a listener that is opened last and closed first
         */
        Consumer<JavalinConfig> assemble(Parts parts);
    }

    /** What every service has, and where it registers what it opens. For the thread that starts it. */
    public static final class Parts {
        private final String name;
        private final Clock clock;
        private final Resources owned;
        private final PrometheusMeterRegistry meters = Meters.open();
        private final Peers peers;
        private final Tracing tracing;
        private final Health health = new Health();
        private @Nullable Authenticator authenticator;

        private Parts(String name, HttpConfig config, Clock clock, Resources owned) {
            this.name = name;
            this.clock = clock;
            this.owned = owned;
            owned.add(meters::close);
            this.peers = new Peers(meters, config.tls().calls());
            this.tracing = owned.add(Tracing.open(name, config.tracing(), meters));
        }

        /** Of the service, as in {@link Topology}. */
        public String name() {
            return name;
        }

        public PrometheusMeterRegistry meters() {
            return meters;
        }

        /** Who it calls. */
        public Peers peers() {
            return peers;
        }

        /** Where what is begun without a request is recorded. */
        public Tracing tracing() {
            return tracing;
        }

        public Health health() {
            return health;
        }

        /** Is closed with the service, or when its start fails: what was opened last first. */
        public <T extends AutoCloseable> T own(T resource) {
            return owned.add(resource);
        }

        /** @param problem why the service is not ready; empty where it is */
        public void check(String what, Supplier<Optional<String>> problem) {
            health.add(what, problem);
        }

        /** Who may ask; without it, holders of tokens that crew signed. */
        public void authenticateBy(Authenticator other) {
            authenticator = other;
        }

        private HttpListener listen(HttpConfig config, Consumer<JavalinConfig> routes) {
            Authenticator asked = authenticator == null
                    ? own(TokenVerifier.open(config.tokens(), peers, meters, clock))
                    : authenticator;
            return own(HttpListener.open(config, name, health, meters, tracing, asked, routes));
        }
    }

    /**
     * Returns at once even where backing stores are away: the service is unready until they are there.
     *
     * @param clock of the tokens that requests bring
     */
    public static Service start(Topology.Service service, HttpConfig config, Clock clock, Assembly assembly) {
        var owned = new Resources();
        try {
            var parts = new Parts(service.name(), config, clock, owned);
            Consumer<JavalinConfig> routes = assembly.assemble(parts);
            return new HttpService(owned, parts.listen(config, routes));
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The port that was taken, where the config said 0. */
    @Override
    public int port() {
        return listener.port();
    }

    /** Stops taking, finishes what was taken, within seconds. */
    @Override
    public void close() {
        owned.close();
    }
}
