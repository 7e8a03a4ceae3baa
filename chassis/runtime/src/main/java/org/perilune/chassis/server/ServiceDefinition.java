package org.perilune.chassis.server;

import java.time.Clock;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * How one service's settings are read and the service is started with them.
 *
 * @param read collects faults in the settings that it reads
 * @param start returns at once, even where backing stores are away
 */
public record ServiceDefinition<C>(
        Topology.Service service, Function<Settings, C> read, BiFunction<C, Clock, ? extends Service> start) {

    /** A service whose settings are read. */
    public record Prepared(String name, Function<Clock, Service> start) {}

    /** As in the {@link Topology}. */
    public String name() {
        return service.name();
    }

    /** Faults are collected in {@code settings}. */
    public Prepared prepare(Settings settings) {
        C config = read.apply(settings.at(name()));
        return new Prepared(name(), clock -> start.apply(config, clock));
    }
}
