package org.perilune.pad;

import static com.hivemq.mqtt.message.mqtt5.Mqtt5UserProperties.NO_USER_PROPERTIES;

import com.hivemq.bootstrap.ClientConnection;
import com.hivemq.mqtt.message.ProtocolVersion;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.puback.PUBACK;
import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.mqtt.message.pubrec.PUBREC;
import com.hivemq.mqtt.message.reason.Mqtt5PubAckReasonCode;
import com.hivemq.mqtt.message.reason.Mqtt5PubRecReasonCode;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one device's messages to the hook, and acknowledges each when the hook has it, in the order in which they
 * came; what the hook cannot take cuts the device off without an acknowledgement. All but {@link Held#settle} runs on
 * the channel's event loop.
 */
final class IngestHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(IngestHandler.class);

    /** Above either we stop reading: a device that knows no receive maximum cannot fill the memory. */
    private static final int MOST_HELD = 2_000;

    private static final long MOST_HELD_BYTES = 4L << 20;

    private final String device;
    private final TopicPolicy policy;
    private final Supplier<@Nullable InboundHook> hook;
    private final Function<PUBLISH, CompletionStage<?>> handOn;
    private final BrokerMeters meters;
    private final Queue<Held> held = new ArrayDeque<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private long heldBytes;
    private boolean cutOff;

    /** @param handOn delivers to subscribers; completes when the broker has it */
    IngestHandler(
            String device,
            TopicPolicy policy,
            Supplier<@Nullable InboundHook> hook,
            Function<PUBLISH, CompletionStage<?>> handOn,
            BrokerMeters meters) {
        this.device = device;
        this.policy = policy;
        this.hook = hook;
        this.handOn = handOn;
        this.meters = meters;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (cutOff) {
            return;
        }
        if (message instanceof PUBLISH publish) {
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
        if (ClientConnection.of(context.channel()).getProtocolVersion() != ProtocolVersion.MQTTv5) {
            cutOff = true;
            held.clear();
            Future<Void> _ = context.close();
            return;
        }
        int id = publish.getPacketIdentifier();
        switch (publish.getQoS()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE ->
                hold(new Held(
                                context,
                                new PUBACK(id, Mqtt5PubAckReasonCode.NOT_AUTHORIZED, null, NO_USER_PROPERTIES),
                                0))
                        .settle(null);
            case EXACTLY_ONCE ->
                hold(new Held(
                                context,
                                new PUBREC(id, Mqtt5PubRecReasonCode.NOT_AUTHORIZED, null, NO_USER_PROPERTIES),
                                0))
                        .settle(null);
        }
    }

    private Held hold(Held message) {
        held.add(message);
        heldBytes += message.bytes;
        if (held.size() > MOST_HELD || heldBytes > MOST_HELD_BYTES) {
            message.context.channel().config().setAutoRead(false);
        }
        return message;
    }

    private void take(ChannelHandlerContext context, PUBLISH publish) {
        byte[] payload = publish.getPayload();
        Held taken = hold(new Held(context, publish, payload.length));
        InboundHook taker = hook.get();
        if (taker == null) {
            taken.settle(new IllegalStateException("There is no hook"));
            return;
        }
        try {
            var message = new InboundMessage(device, publish.getTopic(), payload, traceparent(publish));
            CompletionStage<?> done = taker.take(message);
            if (!policy.isForHookOnly(publish.getTopic())) {
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
            if (failure != null) {
                cutOff(context, failure);
                return;
            }
            held.remove();
            heldBytes -= first.bytes;
            wrote |= finish(context, first);
        }
        if (wrote) {
            context.flush();
        }
        if (held.size() <= MOST_HELD / 2 && heldBytes <= MOST_HELD_BYTES / 2) {
            context.channel().config().setAutoRead(true);
        }
    }

    private boolean finish(ChannelHandlerContext context, Held first) {
        if (!(first.message instanceof PUBLISH publish)) {
            Future<Void> _ = context.write(first.message, context.voidPromise());
            return true;
        }
        meters.taken.increment();
        if (publish.getQoS() == QoS.AT_MOST_ONCE) {
            return false;
        }
        boolean once = publish.getQoS() == QoS.EXACTLY_ONCE;
        int id = publish.getPacketIdentifier();
        Future<Void> _ = context.write(once ? new PUBREC(id) : new PUBACK(id), context.voidPromise());
        return true;
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
