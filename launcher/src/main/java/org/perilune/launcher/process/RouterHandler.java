package org.perilune.launcher.process;

import java.util.concurrent.CompletionStage;
import org.perilune.batchrouter.BatchRouterService;
import org.perilune.embedded.mqtt.InboundHandler;
import org.perilune.embedded.mqtt.InboundMessage;

/** Gives what the embedded broker takes to batch-router: the embedded backends know no service, and a service no embedded backends. */
record RouterHandler(BatchRouterService router) implements InboundHandler {
    @Override
    public CompletionStage<Void> take(InboundMessage message) {
        return router.take(message.client(), message.topic(), message.payload(), message.traceparent());
    }

    @Override
    public void slowed(String device) {
        router.slowed();
    }
}
