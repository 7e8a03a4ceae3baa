package org.perilune.chassis.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.LostCommit;

/** Who is told what of a batch, and what is in the table then. */
class GroupCommitTest {
    @TempDir
    static Path home;

    private static EmbeddedBackends backends;
    private static PostgresConfig config;

    private final CountDownLatch firstMayGoOn = new CountDownLatch(1);
    private final AtomicInteger batches = new AtomicInteger();
    private final List<String> written = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void startDatabase() {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("crew"), Store.POSTGRESQL), sentence -> {});
        config = PostgresConfig.read(Settings.of(backends.settings()).at("crew"), 4);
    }

    @AfterAll
    static void stopDatabase() {
        backends.close();
    }

    @BeforeEach
    void empty() {
        jdbi().useHandle(handle ->
                handle.execute("drop table if exists said; create table said (word text check (word <> 'rubbish'))"));
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                config.url(), config.user(), config.password().reveal());
    }

    private static Jdbi jdbi() {
        return Jdbi.create(GroupCommitTest::connect);
    }

    private static List<String> stored() {
        return jdbi().withHandle(handle -> handle.createQuery("select word from said order by word")
                .mapTo(String.class)
                .list());
    }

    /** The first batch waits, so that what follows gathers behind it. */
    private List<Integer> write(Handle transaction, List<String> words) {
        if (batches.getAndIncrement() == 0) {
            try {
                firstMayGoOn.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        for (String word : words) {
            transaction.execute("insert into said values (?)", word);
        }
        written.addAll(words);
        return words.stream().map(String::length).toList();
    }

    private GroupCommit<String, Integer> open(Jdbi jdbi, int mostWaiting) {
        var plan = new GroupCommit.Plan<String, Integer>(
                "words", "words", mostWaiting, 100, word -> "Look for " + word + ".", this::write);
        return GroupCommit.start(jdbi, plan, new SimpleMeterRegistry());
    }

    private static Throwable failure(Future<Integer> call) {
        try {
            throw new AssertionError("It was answered " + call.get());
        } catch (ExecutionException failed) {
            return Objects.requireNonNull(failed.getCause());
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** A call that waits in the queue, behind the first batch. */
    private Future<Integer> waiting(ExecutorService callers, AtomicInteger called, Callable<Integer> call) {
        int before = called.get();
        Future<Integer> future = callers.submit(() -> {
            called.incrementAndGet();
            return call.call();
        });
        await().until(() -> called.get() > before);
        return future;
    }

    @Test
    void answersEachWhenItIsInTheTableAndSparesTheOthersOfWhoeverIsAtFault() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor();
                var commits = open(jdbi(), 100)) {
            Future<Integer> first = callers.submit(() -> commits.store("first"));
            await().until(() -> batches.get() == 1);
            var called = new AtomicInteger();
            var good = new ArrayList<Future<Integer>>();
            good.add(waiting(callers, called, () -> commits.store("one")));
            Future<Integer> bad = waiting(callers, called, () -> commits.store("rubbish"));
            good.add(waiting(callers, called, () -> commits.store("three")));
            firstMayGoOn.countDown();
            assertThat(first.get()).isEqualTo(5);
            assertThat(failure(bad)).isNotInstanceOf(ServiceException.class);
            assertThat(good.get(0).get()).isEqualTo(3);
            assertThat(good.get(1).get()).isEqualTo(5);
            assertThat(stored()).containsExactly("first", "one", "three");
        }
    }

    @Test
    void storesNothingOfWhoeverGaveUpBeforeTheirTurn() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            try (var commits = open(jdbi(), 100)) {
                Future<Integer> first = callers.submit(() -> commits.store("first"));
                await().until(() -> batches.get() == 1);
                var told = new CompletableFuture<Throwable>();
                Thread caller = Thread.ofVirtual().start(() -> {
                    try {
                        told.completeExceptionally(new AssertionError("It was answered " + commits.store("second")));
                    } catch (RuntimeException failure) {
                        told.complete(failure);
                    }
                });
                await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
                caller.interrupt();
                assertThat(told.get())
                        .isInstanceOf(ServiceException.Unavailable.class)
                        .isNotInstanceOf(ServiceException.Uncertain.class)
                        .hasMessageContaining("not taken");
                firstMayGoOn.countDown();
                assertThat(first.get()).isEqualTo(5);
            }
            assertThat(written).containsExactly("first");
            assertThat(stored()).containsExactly("first");
        }
    }

    @Test
    void saysHowToFindOutWhereNobodyKnows() {
        firstMayGoOn.countDown();
        try (var commits = open(Jdbi.create(() -> LostCommit.over(connect())), 100)) {
            assertThatThrownBy(() -> commits.store("maybe"))
                    .isInstanceOf(ServiceException.Uncertain.class)
                    .hasMessageContaining("Look for maybe.");
        }
        assertThat(stored()).containsExactly("maybe");
    }

    @Test
    void refusesWhatIsOneTooMany() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor();
                var commits = open(jdbi(), 1)) {
            Future<Integer> first = callers.submit(() -> commits.store("first"));
            await().until(() -> batches.get() == 1);
            var refused = new AtomicInteger();
            var others = new ArrayList<Future<Integer>>();
            for (int caller = 0; caller < 3; caller++) {
                others.add(callers.submit(() -> {
                    try {
                        return commits.store("another");
                    } catch (ServiceException.Unavailable full) {
                        refused.incrementAndGet();
                        throw full;
                    }
                }));
            }
            await().until(() -> refused.get() == 2);
            firstMayGoOn.countDown();
            assertThat(first.get()).isEqualTo(5);
            await().until(() -> others.stream().allMatch(Future::isDone));
            assertThat(stored()).containsExactly("another", "first");
        }
    }
}
