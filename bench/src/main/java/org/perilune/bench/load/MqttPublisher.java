package org.perilune.bench.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.perilune.bench.report.BenchException;

/**
 * Publishes for many devices at a given rate, whatever the answers do (open loop): a device whose window is full holds
 * back its own messages only. One thread; not safe for several.
 */
public final class MqttPublisher implements AutoCloseable {
    private static final long PAUSE_NANOS = 500_000;
    private static final Duration ACK_LIMIT = Duration.ofSeconds(30);

    private final Selector selector;
    private final List<MqttDevice> devices = new ArrayList<>();
    private final boolean[] unflushed;
    private int next;

    /**
     * @param framesSent in all
     * @param seconds from the first message to the last
     * @param acknowledgedAt when the last PUBACK was there, {@link System#nanoTime}
     * @param endedAt when the last message was sent, {@link System#nanoTime}
     */
    public record Result(long framesSent, double seconds, long endedAt, long acknowledgedAt) {
        public double framesPerSecond() {
            return framesSent / seconds;
        }
    }

    /** @param keys of the devices, in their order */
    public MqttPublisher(List<String> names, List<String> keys, int port, long epoch) throws IOException {
        selector = Selector.open();
        var template = new FrameTemplate();
        template.check();
        for (int device = 0; device < names.size(); device++) {
            devices.add(MqttDevice.connect(names.get(device), keys.get(device), port, epoch, template));
            devices.getLast().channel().register(selector, SelectionKey.OP_READ, devices.getLast());
        }
        unflushed = new boolean[devices.size()];
    }

    public List<MqttDevice> devices() {
        return devices;
    }

    /** @throws BenchException if the broker cuts a device off, or does not acknowledge everything in the end */
    public Result run(double messagesPerSecond, int framesPerMessage, Duration length) throws IOException {
        long before = framesSent();
        long start = System.nanoTime();
        long published = 0;
        long end = start + length.toNanos();
        long now = start;
        while (now - end < 0) {
            long due = (long) ((now - start) * messagesPerSecond / 1e9);
            published += publish(due - published, framesPerMessage);
            readAnswers();
            long wanted = now + PAUSE_NANOS;
            now = System.nanoTime();
            if (wanted - now > 0) {
                LockSupport.parkNanos(wanted - now);
                now = System.nanoTime();
            }
        }
        long limit = now + ACK_LIMIT.toNanos();
        while (inFlight() > 0) {
            flushRest();
            readAnswers();
            LockSupport.parkNanos(PAUSE_NANOS);
            if (System.nanoTime() - limit > 0) {
                throw new BenchException(inFlight() + " messages were not acknowledged within " + ACK_LIMIT);
            }
        }
        return new Result(framesSent() - before, (now - start) / 1e9, now, System.nanoTime());
    }

    private long publish(long due, int frames) throws IOException {
        long published = 0;
        long timeMicros = Clock.systemUTC().instant().until(Instant.EPOCH, ChronoUnit.MICROS) * -1;
        int refusals = 0;
        flushRest();
        while (published < due && refusals < devices.size()) {
            MqttDevice device = devices.get(next);
            if (device.mayPublish(frames)) {
                device.publish(frames, timeMicros);
                unflushed[next] = !device.flush();
                published++;
                refusals = 0;
            } else {
                refusals++;
            }
            next = (next + 1) % devices.size();
        }
        return published;
    }

    private void flushRest() throws IOException {
        for (int device = 0; device < unflushed.length; device++) {
            if (unflushed[device]) {
                unflushed[device] = !devices.get(device).flush();
            }
        }
    }

    private void readAnswers() throws IOException {
        if (selector.selectNow() == 0) {
            return;
        }
        for (SelectionKey key : selector.selectedKeys()) {
            ((MqttDevice) key.attachment()).read();
        }
        selector.selectedKeys().clear();
    }

    private int inFlight() {
        return devices.stream().mapToInt(MqttDevice::inFlight).sum();
    }

    private long framesSent() {
        return devices.stream().mapToLong(MqttDevice::sent).sum();
    }

    @Override
    public void close() throws IOException {
        for (MqttDevice device : devices) {
            device.close();
        }
        selector.close();
    }
}
