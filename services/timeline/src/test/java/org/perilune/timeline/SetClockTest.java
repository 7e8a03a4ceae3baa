package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.mongo.MongoTime;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.DatabaseClockConfig;
import org.perilune.chassis.runtime.Service;

/** Somebody sets the clock of the machine that MongoDB runs on. */
class SetClockTest extends OnTheTimeline {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    private final AtomicLong looks = new AtomicLong();
    private final AtomicReference<DatabaseClock> followed = new AtomicReference<>();

    @BeforeEach
    void setRight() {
        step.set(Duration.ZERO);
    }

    @AfterEach
    void stop() {
        fixture.stopCopies();
    }

    private DatabaseClock time() {
        return Objects.requireNonNull(followed.get());
    }

    private Service start(Duration settle) throws Exception {
        Service copy = fixture.start((mongo, meters) -> {
            Supplier<Instant> server = new MongoTime(mongo);
            DatabaseClock made = DatabaseClock.follow(
                    "test",
                    () -> {
                        Instant told = server.get().plus(step.get());
                        looks.incrementAndGet();
                        return told;
                    },
                    clock, // is wrong by days, and counts for nothing
                    new DatabaseClockConfig(Duration.ofSeconds(1), settle),
                    meters);
            followed.set(made);
            return made;
        });
        await().until(time()::isSteady);
        return copy;
    }

    private void set(Duration ahead) {
        step.set(ahead);
        long before = looks.get();
        await().until(() -> looks.get() > before + 1); // so that it was surely noticed
    }

    private String plan(Service copy, Duration from, String rest) throws Exception {
        return fixture.input(copy, event(time().instant().plus(from), rest))
                .path("id")
                .asText();
    }

    private String state(Service copy, String id) throws Exception {
        return fixture.event(copy, id).path("state").asText();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "PT-1H"})
    void aStepChangesNoPlan(String by) throws Exception {
        Service copy = start(LONG);
        String soon = plan(copy, Duration.ofMinutes(10), "");
        String late = plan(copy, Duration.ofMinutes(70), "");
        set(Duration.parse(by));
        assertThat(time().isSteady()).isFalse();
        String due = plan(copy, Duration.ZERO, ",\"if_missed\":\"run-once\"");
        set(Duration.parse(by)); // a look later, all that were due by either time would be gone
        assertThat(state(copy, soon)).isEqualTo("planned");
        assertThat(state(copy, late)).isEqualTo("planned");
        assertThat(state(copy, due)).isEqualTo("planned");
        assertThat(fixture.others.taken()).isEmpty();

        step.set(Duration.ZERO);

        fixture.awaitState(copy, due, "dispatched");
        assertThat(state(copy, soon)).isEqualTo("planned");
        assertThat(state(copy, late)).isEqualTo("planned");
    }

    @Test
    void aNewTimeThatLastsCounts() throws Exception {
        Service copy = start(Duration.ZERO);
        String soon = plan(copy, Duration.ofMinutes(10), "");
        String late = plan(copy, Duration.ofMinutes(70), "");
        step.set(Duration.ofHours(1));
        fixture.awaitState(copy, soon, "missed");
        assertThat(state(copy, late)).isEqualTo("planned");
    }
}
