package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a session lasts at the console, and what ends it. */
final class SessionTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestConsole console;
    private String setCookie = "";
    private String cookie = "";
    private String form = "";

    @BeforeAll
    static void open() throws Exception {
        console = new TestConsole();
    }

    @AfterAll
    static void close() {
        HTTP.shutdownNow();
        console.close();
    }

    @BeforeEach
    void logIn() throws Exception {
        console.services.crewAway = false;
        cookie = "";
        form = "";
        setCookie = post("/login", "name=ada&password=" + URLEncoder.encode(StandIn.PASSWORD, StandardCharsets.UTF_8))
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        cookie = setCookie.split(";")[0];
        Matcher token = Pattern.compile("name=\"_form\" value=\"([^\"]+)\"")
                .matcher(get("/commands").body());
        assertThat(token.find()).isTrue();
        form = token.group(1);
        console.services.uses.clear();
    }

    private String session() {
        return cookie.substring(cookie.indexOf('=') + 1);
    }

    @Test
    void logOutWhileCrewIsAwayEndsTheSessionHereAndAtCrewWhenItIsBack() throws Exception {
        console.services.crewAway = true;
        var answer = post("/logout", "");
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("session=;", "Expires=Thu, 01 Jan 1970");
        assertThat(get("/devices.json").statusCode()).isEqualTo(401);
        assertThat(console.services.isOpen(session())).isTrue();

        console.services.crewAway = false;

        await().until(() -> !console.services.isOpen(session()));
        assertThat(get("/devices.json").statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenServesManyRequests() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(get("/devices.json").statusCode()).isEqualTo(200);
        }
        assertThat(console.services.uses).isEmpty();
    }

    @Test
    void whatAPageAsksForByItselfIsNoUse() throws Exception {
        get("/worst");
        get("/devices.json");
        assertThat(console.services.uses).doesNotContain(true);
        assertThat(get("/commands", "Sec-Fetch-Mode", "navigate").statusCode()).isEqualTo(200);
        assertThat(console.services.uses).containsOnly(true);
    }

    @Test
    void whoeverStaysOnAPageCanSaySo() throws Exception {
        assertThat(post("/active", "").statusCode()).isEqualTo(204);
        assertThat(console.services.uses).containsOnly(true);
    }

    @Test
    void streamsEndWithTheirSession() throws Exception {
        HttpResponse<InputStream> stream =
                HTTP.send(request("/live?source=telemetry").GET().build(), BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        console.services.endSessions();
        stream.body().readAllBytes(); // returns, since it has ended
        assertThat(get("/devices.json").statusCode()).isEqualTo(401);
    }

    @Test
    void linksFromElsewhereAreFollowedWithTheSession() {
        assertThat(setCookie).contains("SameSite=Lax", "HttpOnly", "Secure");
    }

    @Test
    void theEndOfASessionLeadsBackToThePlace() throws Exception {
        console.services.endSessions();
        await().until(() -> get("/devices.json").statusCode() == 401);
        var page = get("/timeline?device=rover&at=1", "Accept", "text/html");
        assertThat(page.headers().firstValue("Location")).hasValue("/login?next=%2Ftimeline%3Fdevice%3Drover%26at%3D1");
        var part = get("/worst", "HX-Request", "true", "HX-Current-URL", console.at("/devices/rover?from=1#plot"));
        assertThat(part.statusCode()).isEqualTo(401);
        assertThat(part.headers().firstValue("HX-Redirect"))
                .hasValue("/login?next=%2Fdevices%2Frover%3Ffrom%3D1%23plot");
        var elsewhere = get("/worst", "HX-Request", "true", "HX-Current-URL", "https://evil.example//evil.example/");
        assertThat(elsewhere.headers().firstValue("HX-Redirect")).hasValue("/login");
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).GET();
        return HTTP.send(
                headers.length == 0 ? request.build() : request.headers(headers).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return HTTP.send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("_form=" + form + "&" + body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(console.at(path)))
                .header("Sec-Fetch-Site", "same-origin")
                .header("Cookie", cookie);
    }
}
