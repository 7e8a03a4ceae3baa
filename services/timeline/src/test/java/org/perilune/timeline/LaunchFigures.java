package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Service;

/** Measures; not run with the tests: {@code -Dtest=LaunchFigures}. */
class LaunchFigures {
    private static final int EVENTS = 100_000;
    private static final int AT_ONCE = 1_000;
    private static final int DUE = 50;

    @Test
    void howLateCommandsLeaveWithAHundredThousandEventsOnTheTimeline(@TempDir Path home) throws Exception {
        try (var fixture = new Fixture(home)) {
            fixture.set("lease", "5s");
            Service copy = fixture.start(Clock.systemUTC());
            Instant far = Instant.now().plus(Duration.ofDays(1));
            long began = System.nanoTime();
            for (int start = 0; start < EVENTS; start += AT_ONCE) {
                var body = new StringBuilder("{\"events\":[");
                for (int number = start; number < start + AT_ONCE; number++) {
                    body.append(number == start ? "" : ",").append(event(far.plusSeconds(number)));
                }
                var answer =
                        fixture.send("POST", copy, "/inputs", body.append("]}").toString());
                assertThat(answer.statusCode()).isEqualTo(201);
            }
            System.out.printf("FIGURE %d events written in %d ms%n", EVENTS, (System.nanoTime() - began) / 1_000_000);

            measure(fixture, copy, "while nobody looks", far, 0);
            measure(fixture, copy, "while somebody reads a page of 100 ten times a second", far, 100);
            measure(fixture, copy, "while somebody reads a page of 1000 ten times a second", far, 1_000);

            fixture.stopCopies();
            began = System.nanoTime();
            fixture.start(Clock.systemUTC());
            System.out.printf("FIGURE ready again after %d ms%n", (System.nanoTime() - began) / 1_000_000);
        }
    }

    private static void measure(Fixture fixture, Service copy, String what, Instant far, int limit) throws Exception {
        fixture.others.forget();
        Instant first = Instant.now().plusSeconds(3);
        for (int number = 0; number < DUE; number++) {
            fixture.input(copy, event(first.plusMillis(number * 200L)));
        }
        long slowest = 0;
        for (int pages = 0; limit > 0 && Instant.now().isBefore(first.plusSeconds(10)); pages++) {
            long asked = System.nanoTime();
            var page = fixture.get(copy, "/data?limit=" + limit + "&from=" + far.plusSeconds(pages * 100L));
            assertThat(page.statusCode()).isEqualTo(200);
            long took = System.nanoTime() - asked;
            slowest = Math.max(slowest, took);
            LockSupport.parkNanos(100_000_000 - took);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> fixture.others.sent().size() == DUE);
        List<Long> late = fixture.others.sent().stream()
                .sorted(Comparator.comparing(StandIns.Sent::at))
                .map(sent -> Duration.between(Instant.parse(sent.key().substring(46)), sent.at())
                        .toMillis())
                .toList();
        System.out.printf(
                "FIGURE late %s: p50 %d ms, worst %d ms; slowest page %d ms; in order %s%n",
                what,
                late.stream().sorted().toList().get(DUE / 2),
                late.stream().max(Comparator.naturalOrder()).orElseThrow(),
                slowest / 1_000_000,
                late);
    }

    private static String event(Instant time) {
        return """
                {"name":"Turn","time":"%s","device":"lunar-module",
                 "command":{"command_type":"SET_ATTITUDE","parameters":{"angle":12.5}}}
                """.formatted(time);
    }
}
