package org.perilune.timeline.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.perilune.timeline.OnTheTimeline;

/** No change, however slow, and however it ends, leaves a hole that makes copies read the whole timeline anew. */
class ChangeLogTest extends OnTheTimeline {
    private ChangeLog log() {
        return new ChangeLog(fixture.database(), "a copy of the test");
    }

    @Test
    void aChangeThatTookLongIsNotedUnderANewNumberAndLeavesNoHole() {
        ChangeLog log = log();
        UUID id = UUID.randomUUID();
        ChangeLog.Ticket ticket = log.take();
        log.note(
                new ChangeLog.Ticket(
                        ticket.number(),
                        ticket.takenNanos() - Duration.ofSeconds(4).toNanos()),
                List.of(id));
        log.settle();
        assertThat(log.read(List.of(ticket.number(), ticket.number() + 1)))
                .extracting(ChangeLog.Noted::events)
                .containsExactlyInAnyOrder(List.of(), List.of(id));
        assertThat(log.newest()).isEqualTo(ticket.number() + 1);
    }

    @Test
    void aChangeThatFailedIsLookedAtAgainByAllCopies() {
        ChangeLog log = log();
        UUID id = UUID.randomUUID();
        ChangeLog.Ticket ticket = log.take();
        log.abandon(ticket, List.of(id));
        log.settle();
        log.settle();
        List<ChangeLog.Noted> noted = log.read(List.of(ticket.number()));
        assertThat(noted).extracting(ChangeLog.Noted::events).containsExactly(List.of(id));
        assertThat(noted.getFirst().own()).isFalse();
        log.note(ticket, List.of(id)); // what was noted before is not noted twice, and no failure
        assertThat(log.read(List.of(ticket.number()))).hasSize(1);
    }
}
