package org.perilune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.chassis.Json;
import org.perilune.chassis.ServiceClient;

/** A program that follows the live stream until it is closed, and notes how old each frame is that it is given. */
final class StreamFollower implements AutoCloseable {
    private final ServiceClient telemetry;
    private final BufferedReader events;
    private final long pauseNanos;
    private final CompletableFuture<Void> reading;
    private final Histogram ages = new Histogram(3);
    private volatile boolean closing;
    private volatile boolean counting;
    private final LongAdder skipped = new LongAdder();

    /** @param pauseNanos rest after each event: more than 0 makes a follower too slow to keep up */
    StreamFollower(Instance instance, long pauseNanos) {
        this.telemetry = instance.telemetry();
        this.pauseNanos = pauseNanos;
        this.events = new BufferedReader(new InputStreamReader(
                telemetry.stream("/stream", Optional.of(instance.token("viewer"))), StandardCharsets.UTF_8));
        this.reading = CompletableFuture.runAsync(this::read);
    }

    void startCounting() {
        counting = true;
    }

    private void read() {
        try {
            String event = "";
            for (String line = events.readLine(); line != null; line = events.readLine()) {
                if (line.startsWith("event:")) {
                    event = line.substring(6).strip();
                }
                if (line.startsWith("data:") && event.equals("frames")) {
                    take(Json.mapper().readTree(line.substring(5)));
                    LockSupport.parkNanos(pauseNanos);
                }
            }
            throw new BenchException("The stream was cut off");
        } catch (IOException failure) {
            if (!closing) {
                throw new BenchException("The stream was cut off: " + failure.getMessage(), failure);
            }
        }
    }

    private void take(JsonNode event) {
        long now = LatencyBench.nowMicros();
        skipped.add(event.path("skipped").asLong());
        for (JsonNode frame : event.path("frames")) {
            if (counting && frame.path("device").asText().startsWith("follow-")) {
                Instant time = Instant.parse(frame.path("timestamp").asText());
                ages.recordValue(Math.max(0, now - Instant.EPOCH.until(time, ChronoUnit.MICROS)));
            }
        }
    }

    /** Microseconds. @throws BenchException if the stream was cut off or gave nothing */
    Histogram finish() {
        if (reading.isDone()) {
            reading.join();
        }
        close();
        if (ages.getTotalCount() == 0) {
            throw new BenchException("The stream gave nothing");
        }
        return ages;
    }

    long skipped() {
        return skipped.sum();
    }

    @Override
    public void close() {
        closing = true;
        telemetry.close();
    }
}
