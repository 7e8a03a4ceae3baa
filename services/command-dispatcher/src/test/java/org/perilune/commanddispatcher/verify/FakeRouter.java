package org.perilune.commanddispatcher.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.perilune.chassis.runtime.Threads;
import org.perilune.contracts.Streams;
import org.perilune.contracts.Topics;
import org.perilune.embedded.mqtt.InboundHandler;
import org.perilune.embedded.mqtt.InboundMessage;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/** What batch-router does with acknowledgements and connects, in as few words as a test needs. */
public final class FakeRouter implements InboundHandler, AutoCloseable {
    private static final Map<String, String> STREAM_OF =
            Map.of(Topics.ACK, Streams.ACKS, Topics.CONNECT, Streams.CONNECT);

    private final Supplier<Jedis> redis;
    private final BlockingQueue<Taken> queue = new LinkedBlockingQueue<>();
    private final Thread thread;

    private record Taken(String stream, InboundMessage message, CompletableFuture<Void> done) {}

    /** @param redis opens a connection */
    public FakeRouter(Supplier<Jedis> redis) {
        this.redis = redis;
        this.thread = Thread.ofVirtual().name("fake-router").start(this::run);
    }

    @Override
    public CompletionStage<Void> take(InboundMessage message) {
        Optional<String> stream = Topics.parse(message.topic()).map(topic -> STREAM_OF.get(topic.leaf()));
        if (stream.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        var taken = new Taken(stream.get(), message, new CompletableFuture<>());
        queue.add(taken);
        return taken.done;
    }

    private void run() {
        var batch = new ArrayList<Taken>();
        while (!Thread.currentThread().isInterrupted()) {
            try (Jedis connection = redis.get()) {
                while (true) {
                    if (batch.isEmpty()) {
                        batch.add(queue.take());
                        queue.drainTo(batch, 499);
                    }
                    add(connection, batch);
                    batch.forEach(taken -> taken.done.complete(null));
                    batch.clear();
                }
            } catch (JedisException away) {
                LockSupport.parkNanos(50_000_000);
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    private static void add(Jedis connection, List<Taken> batch) {
        try (Pipeline pipeline = connection.pipelined()) {
            var answers = batch.stream()
                    .map(taken -> pipeline.sendCommand(
                            Command.XADD, arguments(taken.stream, taken.message.client(), taken.message.payload())))
                    .toList();
            pipeline.sync();
            answers.forEach(Response::get);
        }
    }

    static byte[][] arguments(String stream, String device, byte[] payload) {
        return new byte[][] {
            bytes(stream),
            bytes("*"),
            bytes(Streams.Field.DEVICE),
            bytes(device),
            bytes(Streams.Field.RECEIVED),
            bytes("1800000000000000"),
            bytes(Streams.Field.PAYLOAD),
            payload
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        thread.interrupt();
        Threads.stop(thread, Duration.ofSeconds(5));
    }
}
