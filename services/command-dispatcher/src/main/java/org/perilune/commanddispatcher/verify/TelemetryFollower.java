package org.perilune.commanddispatcher.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows telemetry's live stream while there are devices to follow. It may miss frames: whoever uses it asks for what
 * is stored now and then, too. Safe for threads.
 */
final class TelemetryFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TelemetryFollower.class);
    private static final int MOST_WAITING = 10_000;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final String DATA = "data: ";

    private final TelemetryReader telemetry;
    private final WakeupSignal arrived;
    private final BlockingQueue<Shown> frames = new ArrayBlockingQueue<>(MOST_WAITING);
    private final WakeupSignal changed = new WakeupSignal();
    private final Thread thread;
    private volatile Set<String> devices = Set.of();
    private volatile @Nullable InputStream stream;
    private volatile boolean closing;

    /** @param arrived raised when there is something to take */
    TelemetryFollower(TelemetryReader telemetry, WakeupSignal arrived) {
        this.telemetry = telemetry;
        this.arrived = arrived;
        this.thread = Threads.start("command-telemetry", this::run);
    }

    /** None: the stream is closed. */
    void follow(Set<String> wanted) {
        if (wanted.equals(devices)) {
            return;
        }
        devices = Set.copyOf(wanted);
        cut();
        changed.raise();
    }

    /** What arrived since the last time, in its order. */
    List<Shown> take() {
        var taken = new ArrayList<Shown>();
        frames.drainTo(taken);
        return taken;
    }

    private void run() {
        try {
            while (!closing) {
                Set<String> wanted = devices;
                if (wanted.isEmpty()) {
                    changed.await(RETRY);
                    continue;
                }
                try (InputStream opened = telemetry.stream(wanted)) {
                    stream = opened;
                    if (wanted.equals(devices) && !closing) {
                        read(new BufferedReader(new InputStreamReader(opened, UTF_8)));
                    }
                } catch (IOException | RuntimeException | Error failure) {
                    LOG.debug("Telemetry cannot be followed live", failure);
                }
                if (wanted.equals(devices)) {
                    changed.await(RETRY); // it ended by itself: with its token, or with telemetry
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(DATA)) {
                JsonNode event = Json.mapper().readTree(line.substring(DATA.length()));
                // With frames skipped, a value may be older than the frame it comes with: what is stored tells.
                if (event.path("skipped").asLong() == 0) {
                    event.path("frames").forEach(this::offer);
                }
                arrived.raise();
            }
        }
    }

    private void offer(JsonNode frame) {
        boolean _ = frames.offer(new Shown(
                frame.path("device").asText(),
                Instant.parse(frame.path("timestamp").asText()),
                frame.path("values")));
    }

    private void cut() {
        InputStream open = stream;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException failure) {
            LOG.debug("A stream could not be closed", failure);
        }
    }

    @Override
    public void close() {
        closing = true;
        cut();
        changed.raise();
        Threads.stop(thread, STOP);
    }
}
