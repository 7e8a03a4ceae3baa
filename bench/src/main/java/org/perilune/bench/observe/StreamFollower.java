package org.perilune.bench.observe;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.Micros;
import org.perilune.bench.report.BenchException;
import org.perilune.chassis.json.Json;

/** A program that follows the live stream until it is closed, and notes how old each frame is that it is given. */
public final class StreamFollower implements AutoCloseable {
    private static final int LINE_CHARACTERS = 4 * 1024;

    private final InputStream stream;
    private final BufferedReader events;
    private final CompletableFuture<Void> reading;
    private final Histogram ages = new Histogram(3);
    private volatile boolean closing;
    private volatile boolean counting;
    private final LongAdder skipped = new LongAdder();

    /** @param bytesPerSecond that it reads at the most; 0 for as many as there are */
    public StreamFollower(Instance instance, long bytesPerSecond) throws IOException {
        this.stream = ThrottledStream.get(
                instance.servicePort("telemetry"), "/stream", instance.token("viewer"), bytesPerSecond);
        this.events = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8), LINE_CHARACTERS);
        this.reading = CompletableFuture.runAsync(this::read);
    }

    public void startCounting() {
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
        long now = Micros.now();
        skipped.add(event.path("skipped").asLong());
        for (JsonNode frame : event.path("frames")) {
            if (counting && frame.path("device").asText().startsWith("follow-")) {
                Instant time = Instant.parse(frame.path("timestamp").asText());
                ages.recordValue(Math.max(0, now - Instant.EPOCH.until(time, ChronoUnit.MICROS)));
            }
        }
    }

    /** Microseconds. @throws BenchException if the stream was cut off or gave nothing */
    public Histogram finish() {
        if (reading.isDone()) {
            reading.join();
        }
        close();
        if (ages.getTotalCount() == 0) {
            throw new BenchException("The stream gave nothing");
        }
        return ages;
    }

    public long skipped() {
        return skipped.sum();
    }

    @Override
    public void close() {
        closing = true;
        try {
            stream.close();
        } catch (IOException alreadyGone) {
            // What was measured was measured.
            return;
        }
    }
}
