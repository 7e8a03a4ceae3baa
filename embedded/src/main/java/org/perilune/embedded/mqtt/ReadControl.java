package org.perilune.embedded.mqtt;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device's connection is read: not while too much of it is held, nor for a while when the device is faster than
 * it may be. All of it runs on the channel's event loop.
 */
final class ReadControl {
    /** Above either nothing is read: a device that knows no receive maximum cannot fill the memory. */
    private static final int MOST_HELD = 2_000;

    private static final long MOST_HELD_BYTES = 4L << 20;

    private final String device;
    private final DeviceRate rate;
    private final Supplier<@Nullable InboundHandler> handler;
    private final BrokerMeters meters;
    private int held;
    private long heldBytes;
    private boolean slowed;

    ReadControl(String device, DeviceRate rate, Supplier<@Nullable InboundHandler> handler, BrokerMeters meters) {
        this.device = device;
        this.rate = rate;
        this.handler = handler;
        this.meters = meters;
    }

    /** A message is held until it is released. */
    void hold(ChannelHandlerContext context, int bytes) {
        held++;
        heldBytes += bytes;
        if (held > MOST_HELD || heldBytes > MOST_HELD_BYTES) {
            context.channel().config().setAutoRead(false);
        }
    }

    /** Call {@link #readOn} when all are released that can be. */
    void release(int bytes) {
        held--;
        heldBytes -= bytes;
    }

    /** What was read already is taken; TCP holds up the device, and nobody else. */
    void slowDown(ChannelHandlerContext context, int size) {
        long pause = rate.take(size, System.nanoTime());
        if (pause == 0 || slowed) {
            return;
        }
        slowed = true;
        meters.slowed.increment();
        InboundHandler taking = handler.get();
        if (taking != null) {
            taking.slowed(device);
        }
        context.channel().config().setAutoRead(false);
        Future<?> _ = context.executor()
                .schedule(
                        () -> {
                            slowed = false;
                            readOn(context);
                        },
                        pause,
                        TimeUnit.NANOSECONDS);
    }

    /** Unless there is still a reason not to. */
    void readOn(ChannelHandlerContext context) {
        if (!slowed && held <= MOST_HELD / 2 && heldBytes <= MOST_HELD_BYTES / 2) {
            context.channel().config().setAutoRead(true);
        }
    }
}
