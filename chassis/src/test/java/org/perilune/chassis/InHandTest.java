package org.perilune.chassis;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.InHand.Attempt;

/** One word may acknowledge many messages, but none that was not handled. */
class InHandTest {
    private final InHand inHand = new InHand();

    private void deliver(long... tags) {
        for (long tag : tags) {
            var envelope = new Envelope(tag, false, "exchange", "key");
            inHand.add(new Delivery(envelope, new BasicProperties(), new byte[0]));
        }
    }

    @Test
    void aBatchWithNothingOlderIsAllThereIs() throws Exception {
        deliver(1, 2, 3);
        List<Attempt> batch = inHand.fresh();
        deliver(4);
        assertThat(inHand.isAllUpTo(batch)).isTrue();
        batch.forEach(inHand::settle);
        assertThat(inHand.isAllUpTo(inHand.fresh())).isTrue();
    }

    @Test
    void whatWaitsToBeTriedAgainIsOlder() throws Exception {
        deliver(1);
        inHand.tryAgain(inHand.fresh().getFirst(), Duration.ofHours(1));
        deliver(2, 3);
        assertThat(inHand.isAllUpTo(inHand.fresh())).isFalse();
    }

    /** As when a copy is told to stop between taking out what is due and trying it. */
    @Test
    void soIsWhatWasTakenOutToBeTriedAgainAndWasNot() throws Exception {
        deliver(1);
        inHand.tryAgain(inHand.fresh().getFirst(), Duration.ZERO);
        List<Attempt> due = inHand.due();
        assertThat(due).hasSize(1);
        deliver(2, 3);
        List<Attempt> batch = inHand.fresh();
        assertThat(inHand.isAllUpTo(batch)).isFalse();
        inHand.settle(due.getFirst());
        assertThat(inHand.isAllUpTo(batch)).isTrue();
    }

    @Test
    void oneThatTookTooLongIsTriedByItselfAndWaitsForNoOtherOfItsKind() throws Exception {
        deliver(1, 2, 3);
        for (Attempt attempt : inHand.fresh()) {
            inHand.tookTooLong(attempt, Duration.ZERO);
        }
        assertThat(inHand.due()).hasSize(1).allMatch(attempt -> attempt.timeouts() == 1);
        assertThat(inHand.due()).hasSize(1);
    }
}
