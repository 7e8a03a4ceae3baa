package org.perilune.launcher.process;

import java.util.Optional;
import org.perilune.batchrouter.BatchRouterService;
import org.perilune.chassis.runtime.Service;
import org.perilune.embedded.mqtt.InboundHook;

/**
 * A service that was started.
 *
 * @param hook where it takes what devices publish to an embedded broker
 */
public record Running(String name, Service service, Optional<InboundHook> hook) {
    static Running of(String name, Service service) {
        return new Running(
                name,
                service,
                service instanceof BatchRouterService router ? Optional.of(new RouterHook(router)) : Optional.empty());
    }

    public int port() {
        return service.port();
    }
}
