package org.perilune.bench.observe;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.perilune.bench.report.BenchException;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;

/** Follows query's stream, and notes when each comment was first seen approved. */
public final class CommentsSeen implements AutoCloseable {
    private final Map<String, Long> approvedNanos = new ConcurrentHashMap<>();
    private final InputStream stream;
    private final CompletableFuture<Void> reading;
    private volatile boolean closing;

    public CommentsSeen(ServiceClient query, Optional<String> token) {
        this.stream = query.stream("/stream", token);
        this.reading = CompletableFuture.runAsync(this::read);
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event:")) {
                    event = line.substring(6).strip();
                }
                if (line.startsWith("data:") && event.equals("post")) {
                    long now = System.nanoTime();
                    note(Json.mapper().readTree(line.substring(5)), now);
                }
            }
            throw new BenchException("The stream was cut off");
        } catch (IOException failure) {
            if (!closing) {
                throw new BenchException("The stream was cut off: " + failure.getMessage(), failure);
            }
        }
    }

    private void note(JsonNode entry, long now) {
        for (JsonNode comment : entry.path("comments")) {
            if (comment.path("status").asText().equals("approved")) {
                approvedNanos.putIfAbsent(comment.path("id").asText(), now);
            }
        }
    }

    /** As {@link System#nanoTime} has it; empty where it was not seen yet. */
    public Optional<Long> approved(String comment) {
        if (reading.isDone()) {
            reading.join();
        }
        return Optional.ofNullable(approvedNanos.get(comment));
    }

    @Override
    public void close() {
        closing = true;
        try {
            stream.close();
        } catch (IOException alreadyGone) {
            // What was seen was seen.
            return;
        }
    }
}
