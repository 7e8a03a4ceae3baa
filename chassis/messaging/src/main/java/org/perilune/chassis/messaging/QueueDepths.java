package org.perilune.chassis.messaging;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** What waits in queues, as the broker says. */
public final class QueueDepths {
    private QueueDepths() {}

    /**
     * One queue.
     *
     * @param waiting messages; whether those that a consumer has in hand count, brokers see differently
     * @param consumers that take from it
     */
    public record Depth(String queue, long waiting, long consumers) {}

    /**
     * Those of the queues that there are, in the same order. Connects where there is no connection; each question has a
     * deadline of seconds.
     *
     * @throws IOException when the broker is away or refuses us
     */
    public static List<Depth> of(Amqp amqp, List<String> queues) throws IOException {
        var depths = new ArrayList<Depth>();
        int next = 0;
        while (next < queues.size()) {
            try (Channel channel = amqp.channel()) {
                while (next < queues.size()) {
                    // Counted first: asking for a queue that is not there closes the channel, and the next one goes on.
                    String queue = queues.get(next++);
                    AMQP.Queue.DeclareOk found = channel.queueDeclarePassive(queue);
                    depths.add(new Depth(queue, found.getMessageCount(), found.getConsumerCount()));
                }
            } catch (IOException | ShutdownSignalException failure) {
                if (!isMissing(failure)) {
                    throw new IOException("The AMQP broker does not tell of its queues", failure);
                }
            } catch (TimeoutException late) {
                throw new IOException("The AMQP broker does not answer", late);
            }
        }
        return depths;
    }

    private static boolean isMissing(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ShutdownSignalException signal
                    && signal.getReason() instanceof AMQP.Channel.Close close) {
                return close.getReplyCode() == AMQP.NOT_FOUND;
            }
        }
        return false;
    }
}
