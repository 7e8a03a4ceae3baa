package org.perilune.embedded.opensearch;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology.Service;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.Secrets;
import org.perilune.embedded.host.ServerState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An OpenSearch node in this process, with one user a service. It takes seconds to start, and nothing but search needs
 * it: it starts in the background, and where it cannot, everything else goes on. Safe for threads.
 */
public final class OpenSearchServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSearchServer.class);
    private static final String NAME = "OpenSearch";

    /** Of a stop: what is on disk by then is enough for the next start. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Path folder;
    private final int port;
    private final Duration after;
    private final Thread starter;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable SearchNode node;
    private volatile State state = State.STARTING;

    private enum State {
        STARTING,
        UP,
        FAILED
    }

    private OpenSearchServer(Path folder, int port, Duration after) {
        this.folder = folder;
        this.port = port;
        this.after = after;
        this.starter = Thread.ofPlatform().name("embedded-opensearch").daemon().unstarted(this::run);
    }

    /**
     * Returns at once.
     *
     * @param after how long it waits before it begins
     */
    public static OpenSearchServer start(
            Path folder, int port, Secrets secrets, Collection<Service> services, Duration after) throws IOException {
        Folders.makePrivate(folder);
        Folders.makePrivate(SearchNode.config(folder));
        var passwords = new HashMap<String, String>();
        for (Service service : services) {
            passwords.put(service.name(), secrets.value(secret(service.name())));
        }
        SearchUsers.write(SearchNode.config(folder), passwords);
        // It would count processors for all users of Netty in this process, and fails at what another has set.
        System.setProperty("opensearch.set.netty.runtime.available.processors", "false");
        var server = new OpenSearchServer(folder, port, after);
        server.starter.start();
        return server;
    }

    public static String secret(String service) {
        return service + ".opensearch";
    }

    private void run() {
        try {
            if (closing.await(after.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            Ports.requireFree(NAME, port, "embedded.opensearch.port");
            SearchLog.install();
            long began = System.nanoTime();
            var made = new SearchNode(folder, port);
            node = made;
            if (closing.getCount() > 0) {
                made.start();
                state = State.UP;
                LOG.info("{} is up [port: {}, seconds: {}]", NAME, port, (System.nanoTime() - began) / 1e9);
            }
        } catch (Throwable failure) {
            state = State.FAILED;
            LOG.error("{} did not start; search uses the database's own text search", NAME, failure);
            stop();
        }
    }

    /** Before it is started. */
    public static ServerState waiting(int port) {
        return new ServerState(
                NAME,
                false,
                port,
                ProcessHandle.current().pid(),
                -1,
                ServerState.STARTING + "; search uses the database's own meanwhile");
    }

    public ServerState state() {
        long pid = ProcessHandle.current().pid();
        return switch (state) {
            case UP -> new ServerState(NAME, true, port, pid, -1, "memory counts as Perilune's own");
            case STARTING -> waiting(port);
            case FAILED ->
                new ServerState(
                        NAME, false, port, pid, -1, "did not start, the log says why; search uses the database's own");
        };
    }

    private void stop() {
        SearchNode made = node;
        if (made == null) {
            return;
        }
        try {
            made.close();
            if (!made.awaitClose(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} takes long to stop and is left behind", NAME);
            }
        } catch (IOException failure) {
            LOG.error("{} could not be stopped cleanly; it recovers at its next start", NAME, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Within seconds, also while it starts. */
    @Override
    public void close() {
        closing.countDown();
        try {
            // Not interrupted: that would close files that the node has open.
            if (!starter.join(TIMEOUT)) {
                LOG.warn("{} is still starting and is left behind", NAME);
                return;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        stop();
    }
}
