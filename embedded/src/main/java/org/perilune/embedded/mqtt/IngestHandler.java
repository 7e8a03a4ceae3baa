package org.perilune.embedded.mqtt;

import com.hivemq.bootstrap.ClientConnection;
import com.hivemq.mqtt.message.Message;
import com.hivemq.mqtt.message.ProtocolVersion;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.MessageRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one device's messages to the handler, and acknowledges each when the handler has it, in the order in which they
 * came; what the handler cannot take cuts the device off without an acknowledgement. All but {@link Held#settle} runs on
 * the channel's event loop.
 */
final class IngestHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(IngestHandler.class);

    private final String device;
    private final TopicPolicy policy;
    private final ReadControl reading;
    private final Supplier<@Nullable InboundHandler> handler;
    private final Function<PUBLISH, CompletionStage<?>> handOn;
    private final BrokerMeters meters;
    private final Queue<Held> held = new ArrayDeque<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private boolean cutOff;

    /** @param handOn delivers to subscribers; completes when the broker has it */
    IngestHandler(
            String device,
            TopicPolicy policy,
            DeviceRate rate,
            Supplier<@Nullable InboundHandler> handler,
            Function<PUBLISH, CompletionStage<?>> handOn,
            BrokerMeters meters) {
        this.device = device;
        this.policy = policy;
        this.reading = new ReadControl(device, rate, handler, meters);
        this.handler = handler;
        this.handOn = handOn;
        this.meters = meters;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (cutOff) {
            return;
        }
        if (message instanceof PUBLISH publish) {
            reading.slowDown(context, publish.getPayload().length);
            if (policy.mayPublish(publish.getTopic())) {
                take(context, publish);
                return;
            }
            refuse(context, publish);
            return;
        }
        context.fireChannelRead(message);
    }

    /** MQTT 5 has a word for it and the connection stays; MQTT 3 has none, so that the connection must end. */
    private void refuse(ChannelHandlerContext context, PUBLISH publish) {
        meters.refusedPublishes.increment();
        if (!isMqtt5(context)) {
            cutOff = true;
            held.clear();
            Future<Void> _ = context.close();
            return;
        }
        if (publish.getQoS() != QoS.AT_MOST_ONCE) {
            hold(new Held(context, PublishAnswer.NOT_AUTHORIZED.to(publish), 0)).settle(null);
        }
    }

    private Held hold(Held message) {
        held.add(message);
        reading.hold(message.context, message.bytes);
        return message;
    }

    private void take(ChannelHandlerContext context, PUBLISH publish) {
        byte[] payload = publish.getPayload();
        Held taken = hold(new Held(context, publish, payload.length));
        InboundHandler taker = handler.get();
        if (taker == null) {
            taken.settle(new IllegalStateException("There is no handler"));
            return;
        }
        try {
            var message = new InboundMessage(device, publish.getTopic(), payload, traceparent(publish));
            CompletionStage<?> done = taker.take(message);
            if (!policy.isForHandlerOnly(publish.getTopic())) {
                // Whether or not the device is still there: one that says a last word and leaves is heard.
                done = done.thenCompose(nothing -> handOn.apply(publish));
            }
            done.whenComplete((nothing, failure) -> taken.settle(failure));
        } catch (RuntimeException failure) {
            taken.settle(failure);
        }
    }

    private static @Nullable String traceparent(PUBLISH publish) {
        var properties = publish.getUserProperties().asList();
        for (int index = 0; index < properties.size(); index++) {
            if (properties.get(index).getName().equals("traceparent")) {
                return properties.get(index).getValue();
            }
        }
        return null;
    }

    private void settleInOrder(ChannelHandlerContext context) {
        scheduled.set(false);
        boolean wrote = false;
        for (Held first = held.peek(); first != null && first.settled && !cutOff; first = held.peek()) {
            Throwable failure = first.failure;
            if (failure != null && !isRefused(failure)) {
                cutOff(context, failure);
                return;
            }
            held.remove();
            reading.release(first.bytes);
            wrote |= finish(context, first);
        }
        if (wrote) {
            context.flush();
        }
        reading.readOn(context);
    }

    private boolean finish(ChannelHandlerContext context, Held first) {
        if (!(first.message instanceof PUBLISH publish)) {
            Future<Void> _ = context.write(first.message, context.voidPromise());
            return true;
        }
        boolean refused = first.failure != null;
        (refused ? meters.refusedPublishes : meters.taken).increment();
        if (publish.getQoS() == QoS.AT_MOST_ONCE) {
            return false;
        }
        // MQTT 3 has no word for a refusal. To leave it unanswered would hold up all that the device has to say.
        boolean told = refused && isMqtt5(context);
        Message answer = (told ? PublishAnswer.QUOTA_EXCEEDED : PublishAnswer.TAKEN).to(publish);
        Future<Void> _ = context.write(answer, context.voidPromise());
        return true;
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof MessageRefused || failure.getCause() instanceof MessageRefused;
    }

    private static boolean isMqtt5(ChannelHandlerContext context) {
        return ClientConnection.of(context.channel()).getProtocolVersion() == ProtocolVersion.MQTTv5;
    }

    private void cutOff(ChannelHandlerContext context, Throwable failure) {
        cutOff = true;
        meters.failed.add(held.size());
        held.clear();
        LOG.debug("A device is cut off because its message could not be kept [device: {}]", device, failure);
        Future<Void> _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cutOff = true;
        held.clear();
        context.fireChannelInactive();
    }

    /** A message between its arrival and its acknowledgement. */
    private final class Held implements Runnable {
        private final ChannelHandlerContext context;
        private final Object message;
        private final int bytes;
        private @Nullable Throwable failure;
        private volatile boolean settled;

        Held(ChannelHandlerContext context, Object message, int bytes) {
            this.context = context;
            this.message = message;
            this.bytes = bytes;
        }

        /** On any thread. One wake-up of the event loop serves all that is settled by then. */
        void settle(@Nullable Throwable why) {
            failure = why;
            settled = true;
            if (scheduled.compareAndSet(false, true)) {
                context.executor().execute(this);
            }
        }

        @Override
        public void run() {
            settleInOrder(context);
        }
    }
}
