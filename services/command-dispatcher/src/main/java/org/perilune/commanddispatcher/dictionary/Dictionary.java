package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each type of device can be told, kept in memory. A change by another copy is seen within a second: then the
 * version is asked for again. Safe for threads.
 */
public final class Dictionary implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dictionary.class);
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration RETRY = Duration.ofMillis(500);
    /** What comes with the product, for as long as nobody has declared anything else. */
    private static final List<String> SEEDS = List.of("lunar-module");

    private static final String SEEDED_BY = "perilune";

    private final Postgres postgres;
    private final DictionaryStore store;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean seeded;

    private record Known(DictionaryVersion version, long checkedNanos) {}

    private Dictionary(Postgres postgres, Clock clock) {
        this.postgres = postgres;
        this.store = new DictionaryStore(postgres.jdbi());
        this.clock = clock;
    }

    /** Returns at once; what comes with the product is put into the database as soon as that is there. */
    public static Dictionary open(Postgres postgres, Clock clock) {
        var dictionary = new Dictionary(postgres, clock);
        Threads.start("command-dictionary", dictionary::seedUntilDone);
        return dictionary;
    }

    /** For readiness. */
    public Optional<String> problem() {
        return seeded ? Optional.empty() : Optional.of("The dictionary is not loaded yet; it waits for PostgreSQL");
    }

    /** Empty where nothing is declared for the type. */
    public Optional<DictionaryVersion> newest(String deviceType) {
        Known last = known.get(deviceType);
        long now = System.nanoTime();
        if (last != null && now - last.checkedNanos < FRESH_NANOS) {
            return Optional.of(last.version);
        }
        int newest = store.newestVersion(deviceType);
        if (last != null && last.version.version() == newest) {
            remember(last.version, now);
            return Optional.of(last.version);
        }
        Optional<DictionaryVersion> found = store.find(deviceType, newest);
        found.ifPresent(version -> remember(version, now));
        return found;
    }

    public Optional<DictionaryVersion> version(String deviceType, int version) {
        return store.find(deviceType, version);
    }

    public List<DictionaryStore.Summary> all() {
        return store.newest();
    }

    /** @throws ServiceException.Conflict if {@code expected} is given and another version is the newest */
    public DictionaryVersion change(
            String deviceType, List<CommandType> commands, @Nullable Integer expected, String by) {
        long now = System.nanoTime();
        DictionaryVersion added = store.add(deviceType, commands, expected, clock.instant(), by);
        remember(added, now);
        return added;
    }

    /** A slow reader must not put an older version over a newer one. */
    private void remember(DictionaryVersion version, long checkedNanos) {
        known.merge(
                version.deviceType(),
                new Known(version, checkedNanos),
                (old, fresh) -> fresh.version.version() >= old.version.version() ? fresh : old);
    }

    @Override
    public void close() {
        closing.countDown();
    }

    private void seedUntilDone() {
        try {
            postgres.awaitMigrated();
            while (!seed()) {
                if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean seed() {
        try {
            for (String deviceType : SEEDS) {
                if (store.newestVersion(deviceType) == 0) {
                    sow(deviceType);
                }
            }
            seeded = true;
            return true;
        } catch (RuntimeException failure) {
            LOG.debug("The dictionary could not be put into the database yet", failure);
            return false;
        }
    }

    private void sow(String deviceType) {
        try {
            store.add(deviceType, seedOf(deviceType), 0, clock.instant(), SEEDED_BY);
        } catch (ServiceException.Conflict anotherCopyWasQuicker) {
            LOG.debug("Another copy has put the dictionary there", anotherCopyWasQuicker);
        }
    }

    static List<CommandType> seedOf(String deviceType) {
        try (InputStream in = Dictionary.class.getResourceAsStream("/dictionary/" + deviceType + ".json")) {
            if (in == null) {
                throw new IllegalStateException("No dictionary comes with the product for " + deviceType);
            }
            JsonObjectReader fields = JsonObjectReader.of(Json.parse(in.readAllBytes(), ObjectNode.class));
            List<CommandType> commands = DictionaryVersion.readCommands(fields);
            fields.end();
            fields.check();
            return commands;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
