package org.perilune.launcher.process;

import java.util.Optional;
import org.perilune.batchrouter.BatchRouterService;
import org.perilune.chassis.runtime.Service;
import org.perilune.embedded.mqtt.InboundHandler;

/**
 * A service that was started.
 *
 * @param handler where it takes what devices publish to an embedded broker
 */
public record Running(String name, Service service, Optional<InboundHandler> handler) {
    static Running of(String name, Service service) {
        return new Running(
                name,
                service,
                service instanceof BatchRouterService router
                        ? Optional.of(new RouterHandler(router))
                        : Optional.empty());
    }

    public int port() {
        return service.port();
    }
}
