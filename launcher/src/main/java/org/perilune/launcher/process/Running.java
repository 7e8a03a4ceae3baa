package org.perilune.launcher.process;

import java.util.Optional;
import org.perilune.pad.mqtt.InboundHook;

/**
 * A service that was started.
 *
 * @param hook where it takes what devices publish to an embedded broker
 */
public record Running(String name, int port, AutoCloseable service, Optional<InboundHook> hook) {
    Running(String name, int port, AutoCloseable service) {
        this(name, port, service, Optional.empty());
    }
}
