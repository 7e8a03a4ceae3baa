package org.perilune.timeline;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.testkit.SettableClock;

/** What tests share that launch events: everybody around the timeline, and a clock that they move. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OnTheTimeline {
    public static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

    public final SettableClock clock = new SettableClock(START);
    public Fixture fixture;

    @BeforeAll
    void open(@TempDir Path home) throws Exception {
        fixture = new Fixture(home);
    }

    @AfterEach
    void reset() throws Exception {
        fixture.gate.open();
        fixture.broker.open();
        fixture.reset();
        clock.set(START);
    }

    @AfterAll
    void close() throws Exception {
        fixture.close();
    }

    /** @param rest further members, each after a comma */
    static String event(Instant time, String rest) {
        return """
                {"name":"Turn","time":"%s","device":"lunar-module",
                 "command":{"command_type":"SET_ATTITUDE","parameters":{"angle":12.5}}%s}
                """.formatted(time, rest);
    }
}
