package org.perilune.commanddispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.DispatchFixture;
import org.perilune.commanddispatcher.dictionary.CommandType;
import org.perilune.commanddispatcher.lifecycle.CommandRecord;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.NewCommand;

class IntakeTest {
    private static NewCommand command(String parameters) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        var record = new CommandRecord(
                Ids.next(Clock.systemUTC()),
                "nowhere",
                "lunar-module",
                1,
                "SET_ATTITUDE",
                parameters,
                CommandType.Significance.NORMAL,
                CommandState.ACCEPTED,
                "",
                null,
                "otto",
                "otto",
                now,
                now.plusSeconds(60),
                null,
                null,
                null,
                0,
                now,
                1);
        return new NewCommand(record, true, null, "");
    }

    @Test
    void whatDoesNotFitIsRefusedAtOnceAndNothingOfItIsStored() throws Exception {
        var away = new CountDownLatch(1);
        var refused = new AtomicInteger();
        Jdbi hanging = Jdbi.create(() -> {
            try {
                away.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            throw new SQLException("The database is gone", "08001");
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var intake = Intake.open(hanging, new SimpleMeterRegistry())) {
            var requests = new ArrayList<Future<CommandRecord>>();
            for (int number = 0; number < 3_000; number++) {
                requests.add(threads.submit(() -> {
                    try {
                        return intake.take(command("{}"));
                    } catch (ServiceException.Unavailable full) {
                        assertThat(full).hasMessageContaining("not taken");
                        refused.incrementAndGet();
                        throw full;
                    }
                }));
            }
            // 2,000 wait, 256 at most are being stored.
            await().until(() -> refused.get() >= 3_000 - 2_256);
            away.countDown();
            for (Future<CommandRecord> request : requests) {
                assertThatThrownBy(request::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(ServiceException.Unavailable.class);
            }
        }
    }

    @Test
    void oneThatCannotBeStoredDoesNotSpoilTheOthersOfItsBatch(@TempDir Path home) throws Exception {
        try (var house = new DispatchFixture(home)) {
            var turns = new Semaphore(0);
            var asked = new AtomicInteger();
            Jdbi turnByTurn = Jdbi.create(() -> {
                asked.incrementAndGet();
                turns.acquireUninterruptibly();
                return house.connect();
            });
            try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                    var intake = Intake.open(turnByTurn, new SimpleMeterRegistry())) {
                Future<CommandRecord> first = threads.submit(() -> intake.take(command("{}")));
                await().until(() -> asked.get() == 1);
                var waiting = new AtomicInteger();
                var batch = new ArrayList<Future<CommandRecord>>();
                for (String parameters : List.of("{}", "no JSON", "{}", "{}")) {
                    batch.add(threads.submit(() -> {
                        waiting.incrementAndGet();
                        return intake.take(command(parameters));
                    }));
                }
                await().until(() -> waiting.get() == 4);
                turns.release(100);
                assertThat(first.get().device()).isEqualTo("nowhere");
                assertThatThrownBy(batch.get(1)::get).isInstanceOf(ExecutionException.class);
                for (int good : new int[] {0, 2, 3}) {
                    assertThat(house.found("/commands/" + batch.get(good).get().id())
                                    .get("history"))
                            .hasSize(1);
                }
            }
        }
    }
}
