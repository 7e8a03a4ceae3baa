package org.perilune.status;

import java.io.IOException;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;

/** Logs in to the AMQP broker once and opens a channel at each look. */
final class AmqpProbe implements Probe {
    private final Amqp amqp;

    AmqpProbe(AmqpConfig config) {
        this.amqp = Amqp.open(config);
    }

    @Override
    public Finding look() throws IOException {
        return Finding.works(amqp.ping() + " works", null, null);
    }

    @Override
    public void close() {
        amqp.close();
    }
}
