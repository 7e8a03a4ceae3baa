package org.perilune.commanddispatcher.verify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What the uplink counts. Safe for threads. */
public final class UplinkMeters {
    public final Counter sent;
    public final Counter sentAgain;
    public final Counter withoutLink;
    public final Counter acks;
    public final Counter rejectedAcks;
    public final Counter expired;
    public final Counter unknown;
    final Counter verified;
    final Counter refuted;
    private final AtomicLong waiting = new AtomicLong();

    public UplinkMeters(MeterRegistry registry) {
        sent = counter(registry, "commands.sent", "Commands that a device's connection took");
        sentAgain = counter(registry, "commands.sent.again", "Commands sent again for want of an answer");
        withoutLink = counter(registry, "commands.without.link", "Tries that found no connection of the device");
        acks = counter(registry, "commands.acks", "Acknowledgements of devices that were taken into account");
        rejectedAcks = counter(registry, "commands.acks.rejected", "Acknowledgements kept as rejects");
        expired = counter(registry, "commands.expired", "Commands that were not sent in time");
        unknown = counter(registry, "commands.unknown", "Commands of which nothing was heard in time");
        verified = counter(registry, "commands.verified", "Commands that telemetry confirmed");
        refuted = counter(registry, "commands.refuted", "Commands that telemetry did not confirm");
        Gauge.builder("commands.waiting", waiting, AtomicLong::get)
                .description(
                        "Commands that were not sent yet and could be if their devices had a link, as the sending copy saw them last")
                .register(registry);
    }

    public void waiting(long commands) {
        waiting.set(commands);
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
