package org.perilune.commanddispatcher;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.perilune.chassis.Health;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Redis;
import org.perilune.chassis.Resources;
import org.perilune.chassis.ServiceTokens;

/** Everything between the database and the devices: sends commands, reads answers, and ends what is overdue. */
final class Uplink implements AutoCloseable {
    private final Resources owned;

    private Uplink(Resources owned) {
        this.owned = owned;
    }

    /** Returns at once, whatever is away. */
    static Uplink start(
            CommandDispatcherConfig config,
            Postgres postgres,
            Redis redis,
            ServiceTokens tokens,
            Changes changes,
            Health health,
            MeterRegistry meters,
            Clock clock) {
        return new Uplink(new Resources());
    }

    /** There may be something to send. */
    void wake() {}

    @Override
    public void close() {
        owned.close();
    }
}
