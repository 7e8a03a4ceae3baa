package org.perilune.bench.observe;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.report.BenchException;
import org.perilune.chassis.json.Json;

/** The console's pages, as a browser without scripts has them. Not safe for threads. */
public final class Console implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Pattern DEVICE = Pattern.compile("data-device=\"([^\"]*)\"");

    private final URI base;
    private final String password;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(DEADLINE).build();
    private Optional<String> session = Optional.empty();

    public Console(Instance instance) {
        base = URI.create("http://127.0.0.1:" + instance.servicePort("console"));
        password = instance.administratorPassword();
    }

    /** What a device's page was made from; empty while there is no log-in or no such page. */
    public Optional<JsonNode> device(String name) {
        if (session.isEmpty()) {
            session = logIn();
        }
        return session.flatMap(cookie -> send(HttpRequest.newBuilder(base.resolve("/devices/" + name))
                        .header("Cookie", cookie)
                        .GET()))
                .filter(answer -> answer.statusCode() == 200)
                .flatMap(answer -> json(answer.body()));
    }

    private static Optional<JsonNode> json(String page) {
        Matcher found = DEVICE.matcher(page);
        if (!found.find()) {
            return Optional.empty();
        }
        String text = found.group(1)
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
        try {
            return Optional.of(Json.mapper().readTree(text));
        } catch (IOException malformed) {
            throw new BenchException(
                    "The console's page of a device holds no JSON: " + malformed.getMessage(), malformed);
        }
    }

    private Optional<String> logIn() {
        String form = "name=admin&password=" + URLEncoder.encode(password, StandardCharsets.UTF_8) + "&next=/";
        var request = HttpRequest.newBuilder(base.resolve("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        return send(request)
                .filter(answer -> answer.statusCode() == 303)
                .flatMap(answer -> answer.headers().firstValue("Set-Cookie"))
                .map(cookie -> cookie.replaceAll(";.*", ""));
    }

    /** Empty where nobody answers. */
    private Optional<HttpResponse<String>> send(HttpRequest.Builder request) {
        try {
            return Optional.of(http.send(request.timeout(DEADLINE).build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException notYet) {
            return Optional.empty();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted", interruption);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
