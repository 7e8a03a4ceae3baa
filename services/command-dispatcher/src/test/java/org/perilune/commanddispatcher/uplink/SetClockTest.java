package org.perilune.commanddispatcher.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.commanddispatcher.FakeDevice;
import org.perilune.commanddispatcher.lifecycle.CommandState;

/** Somebody sets the clock of the machine that PostgreSQL runs on. */
class SetClockTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aStepEndsNoCommandAndSendsNone(@TempDir Path home) throws Exception {
        var step = new UplinkFixture.ClockStep();
        try (var fixture = new UplinkFixture(home)) {
            fixture.step = step;
            fixture.telemetry.away = true;
            try (var copy = fixture.copy();
                    var device = fixture.device("stepped", FakeDevice::silent)) {
                UUID waiting = fixture.insert("not there", Duration.ofMinutes(10));
                UUID sent = fixture.insert("stepped", Duration.ofMinutes(10));
                copy.uplink().wake();
                fixture.awaitState(sent, CommandState.SENT);
                for (Duration ahead : new Duration[] {HOUR, HOUR.negated()}) {
                    step.set(ahead);
                    UUID meanwhile = fixture.insert("stepped", Duration.ofMinutes(5));
                    copy.uplink().wake();
                    step.set(ahead); // a look later, all would be over
                    assertThat(fixture.state(waiting)).isEqualTo("accepted");
                    assertThat(fixture.state(sent)).isEqualTo("sent");
                    assertThat(fixture.state(meanwhile)).isEqualTo("accepted");
                    step.set(Duration.ZERO);
                    fixture.awaitState(meanwhile, CommandState.SENT);
                    assertThat(device.ids()).contains(meanwhile.toString());
                }
                assertThat(fixture.state(waiting)).isEqualTo("accepted");
            }
        }
    }
}
