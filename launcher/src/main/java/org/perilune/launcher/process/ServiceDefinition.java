package org.perilune.launcher.process;

import java.time.Clock;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/** How the launcher reads one service's settings and starts it with them. */
public record ServiceDefinition<C>(
        Topology.Service service, Function<Settings, C> read, BiFunction<C, Clock, Service> start) {

    /** A service whose settings are read. */
    public record Prepared(String name, Function<Clock, Running> start) {}

    String name() {
        return service.name();
    }

    /** Faults are collected in {@code settings}. */
    public Prepared prepare(Settings settings) {
        C config = read.apply(settings.at(name()));
        return new Prepared(name(), clock -> Running.of(name(), start.apply(config, clock)));
    }
}
