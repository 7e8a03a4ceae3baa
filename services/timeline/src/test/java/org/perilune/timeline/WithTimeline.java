package org.perilune.timeline;

import org.junit.jupiter.api.BeforeEach;
import org.perilune.chassis.runtime.Service;

/** Tests of one copy of the timeline, empty at the beginning of each. */
public abstract class WithTimeline extends OnTheTimeline {
    protected static final String TURN = """
            {"name":"Turn","time":"2026-11-21T11:00:00Z","command":{"command_type":"SET_ATTITUDE"}}
            """;

    protected Service copy;

    @BeforeEach
    void start() throws Exception {
        copy = fixture.start(clock);
    }
}
