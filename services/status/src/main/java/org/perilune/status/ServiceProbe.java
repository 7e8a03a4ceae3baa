package org.perilune.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.HttpClients;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.tls.TlsConfig;

/** Asks a service whether it is ready, and for its figures. */
final class ServiceProbe implements Probe {
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private final URI base;
    private final Consumer<Figures> figures;
    private final int looksPerScrape;
    private Figures measured = Figures.NONE;
    private int looks;
    private final BoundsReached bounds = new BoundsReached();
    private String bounded = "";
    private final HttpClient http;

    /**
     * @param figures is told what the service measures
     * @param looksPerScrape making them up is work for the service, and a look without them is cheap
     */
    ServiceProbe(URI base, TlsConfig tls, int looksPerScrape, Consumer<Figures> figures) {
        this.base = base;
        this.http = HttpClients.builder(base, tls)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(DEADLINE)
                .build();
        this.looksPerScrape = looksPerScrape;
        this.figures = figures;
    }

    @Override
    public Finding look() throws IOException, InterruptedException {
        try {
            return found();
        } catch (IOException away) {
            looks = 0; // It may be another process that answers next.
            throw away;
        }
    }

    private Finding found() throws IOException, InterruptedException {
        HttpResponse<String> ready = get("/ready");
        if (looks++ % looksPerScrape == 0 || ready.statusCode() != 200) {
            HttpResponse<String> metrics = get("/metrics");
            measured = metrics.statusCode() == 200 ? Figures.parse(metrics.body()) : Figures.NONE;
            figures.accept(measured);
            bounded = bounds.note(measured, System.nanoTime());
        }
        String problem = ready.statusCode() == 200 ? "" : "it runs, but cannot work: " + reasons(ready.body());
        OptionalDouble start = measured.value("process_start_time_seconds");
        return new Finding(
                problem,
                works(measured),
                whole(measured.value("process_uptime_seconds")),
                memory(measured),
                start.isPresent() ? base.getHost() + "@" + start.getAsDouble() : null);
    }

    private String works(Figures measured) {
        OptionalDouble steady = measured.value("clock_steady");
        long off = Math.round(measured.value("clock_off_seconds").orElse(0));
        boolean waits = off != 0 && steady.orElse(1) <= 0;
        String works = !waits
                ? "Works"
                : "Works, but waits: the database's clock was set " + (off < 0 ? "back" : "ahead") + " by "
                        + Math.abs(off)
                        + " s. Nothing is launched, missed or expired until it is set right or has lasted for some minutes.";
        return bounded.isEmpty() ? works : works + (waits ? " " : ". ") + bounded;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(DEADLINE).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Resident where the system tells, otherwise what the JVM has taken. */
    private static @Nullable Long memory(Figures measured) {
        OptionalDouble resident = measured.value("process_resident_memory_bytes");
        return whole(resident.isPresent() ? resident : measured.value("jvm_memory_committed_bytes"));
    }

    private static @Nullable Long whole(OptionalDouble value) {
        return value.isPresent() && !Double.isNaN(value.getAsDouble()) ? (long) value.getAsDouble() : null;
    }

    private static String reasons(String body) {
        var reasons = new StringJoiner("; ");
        try {
            for (JsonNode check : Json.mapper().readTree(body).path("checks")) {
                if (check.path("state").asText().equals("down")) {
                    reasons.add(check.path("detail").asText());
                }
            }
        } catch (IOException notJson) {
            return "it gave no reason";
        }
        return reasons.length() == 0 ? "it is starting or stopping" : reasons.toString();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
