package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.messaging.InFlightDeliveries.InFlightDelivery;

/** One word may acknowledge many messages, but none that was not handled. */
class InFlightDeliveriesTest {
    private final InFlightDeliveries inFlight = new InFlightDeliveries();

    private void deliver(long... tags) {
        for (long tag : tags) {
            var envelope = new Envelope(tag, false, "exchange", "key");
            inFlight.add(new Delivery(envelope, new BasicProperties(), new byte[0]));
        }
    }

    @Test
    void aBatchWithNothingOlderIsAllThereIs() throws Exception {
        deliver(1, 2, 3);
        List<InFlightDelivery> batch = inFlight.fresh();
        deliver(4);
        assertThat(inFlight.isAllUpTo(batch)).isTrue();
        batch.forEach(inFlight::settle);
        assertThat(inFlight.isAllUpTo(inFlight.fresh())).isTrue();
    }

    @Test
    void whatWaitsToBeTriedAgainIsOlder() throws Exception {
        deliver(1);
        inFlight.tryAgain(inFlight.fresh().getFirst(), Duration.ofHours(1));
        deliver(2, 3);
        assertThat(inFlight.isAllUpTo(inFlight.fresh())).isFalse();
    }

    /** As when a copy is told to stop between taking out what is due and trying it. */
    @Test
    void soIsWhatWasTakenOutToBeTriedAgainAndWasNot() throws Exception {
        deliver(1);
        inFlight.tryAgain(inFlight.fresh().getFirst(), Duration.ZERO);
        List<InFlightDelivery> due = inFlight.due();
        assertThat(due).hasSize(1);
        deliver(2, 3);
        List<InFlightDelivery> batch = inFlight.fresh();
        assertThat(inFlight.isAllUpTo(batch)).isFalse();
        inFlight.settle(due.getFirst());
        assertThat(inFlight.isAllUpTo(batch)).isTrue();
    }

    @Test
    void oneThatTookTooLongIsTriedByItselfAndWaitsForNoOtherOfItsKind() throws Exception {
        deliver(1, 2, 3);
        for (InFlightDelivery attempt : inFlight.fresh()) {
            inFlight.tookTooLong(attempt, Duration.ZERO);
        }
        assertThat(inFlight.due()).hasSize(1).allMatch(attempt -> attempt.timeouts() == 1);
        assertThat(inFlight.due()).hasSize(1);
    }
}
