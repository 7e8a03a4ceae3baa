package org.perilune.sdk;

import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls a listener on a thread of its own, so that it holds up nobody. */
final class ListenerCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerCalls.class);
    private static final int MOST_WAITING = 10_000;

    private final String device;
    private final CommandListener listener;
    private final LinkedBlockingQueue<Runnable> calls = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Thread thread;
    private volatile boolean closed;

    ListenerCalls(String device, CommandListener listener) {
        this.device = device;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("command-listener-" + device).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void received(DeviceCommand command, Instant at) {
        add(() -> listener.received(command, at));
    }

    void began(DeviceCommand command, Instant at) {
        add(() -> listener.began(command, at));
    }

    void ended(DeviceCommand command, CommandEnd end) {
        add(() -> listener.ended(command, end));
    }

    private void add(Runnable call) {
        if (!calls.offer(call)) {
            LOG.warn("A listener is too slow, and is not told of a change [device: {}]", device);
        }
    }

    private void run() {
        while (!closed || !calls.isEmpty()) {
            try {
                calls.take().run();
            } catch (InterruptedException closing) {
                LOG.trace("Closing", closing);
                return;
            } catch (RuntimeException failure) {
                LOG.warn("A listener failed [device: {}]", device, failure);
            }
        }
    }

    /** What it was not told yet, it is not told. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
