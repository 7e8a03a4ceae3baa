package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;

/** The console where TLS ends at a proxy, which passes on another host than the browser asked for. */
final class BehindProxyTest {
    private final List<String> guessers = new CopyOnWriteArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer crew;
    private Service console;

    @BeforeEach
    void open() throws IOException {
        crew = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        crew.createContext("/sessions", exchange -> {
            guessers.addAll(exchange.getRequestHeaders().getOrDefault("X-Forwarded-For", List.of("nobody")));
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        crew.start();
        console = start("https://perilune.example");
    }

    private Service start(String publicUrl) {
        var settings = Settings.of(Map.of(
                "console.http.port",
                "0",
                "console.http.trusted-proxies",
                "127.0.0.1,10.0.0.0/8",
                "console.public-url",
                publicUrl,
                "console.crew.url",
                "http://127.0.0.1:" + crew.getAddress().getPort()));
        ConsoleConfig config = ConsoleConfig.read(settings.at("console"));
        settings.check();
        return ConsoleService.start(config, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        http.shutdownNow();
        console.close();
        crew.stop(0);
    }

    private HttpResponse<String> logIn(String origin) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.port() + "/login"))
                .header("Origin", origin)
                .header("X-Forwarded-For", "192.0.2.66, 203.0.113.9, 10.0.0.7")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("name=gene&password=a+guess"));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void takesFormsOfItsPublicAddressAndNamesTheBrowser() throws Exception {
        HttpResponse<String> answer = logIn("https://perilune.example");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
        assertThat(logIn("https://perilune.example:443").statusCode()).isEqualTo(401);
        assertThat(guessers).containsOnly("203.0.113.9");
    }

    @Test
    void refusesFormsOfAnyOther() throws Exception {
        for (String origin : List.of(
                "http://perilune.example",
                "https://perilune.example:8443",
                "https://perilune.example.attacker.example",
                "http://127.0.0.1:" + console.port())) {
            assertThat(logIn(origin).statusCode()).as(origin).isEqualTo(403);
        }
        assertThat(guessers).isEmpty();
    }

    @Test
    void saysWhatIsNoPublicAddress() {
        assertThatThrownBy(() -> start("https://perilune.example/console"))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("console.public-url: must be scheme and host only");
    }
}
