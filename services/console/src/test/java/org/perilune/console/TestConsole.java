package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import org.perilune.chassis.Settings;

/** A console on a free port, with stand-ins for all that it calls. */
final class TestConsole implements AutoCloseable {
    final StandIn services = new StandIn();
    final StandInDispatcher dispatcher = new StandInDispatcher();
    final StandInTimeline timeline = new StandInTimeline();
    private final ConsoleService console;

    TestConsole() throws IOException {
        String url = services.url().toString();
        var settings = Settings.of(Map.of(
                "console.http.port",
                "0",
                "console.telemetry.url",
                url,
                "console.status.url",
                url,
                "console.crew.url",
                url,
                "console.command-dispatcher.url",
                dispatcher.http().url(),
                "console.timeline.url",
                timeline.http().url()));
        console = ConsoleService.start(ConsoleConfig.read(settings.at("console")), Clock.systemUTC());
    }

    String at(String path) {
        return "http://localhost:" + console.port() + path;
    }

    void logIn(Page page, String name, String path) {
        page.navigate(at(path.equals("/") ? "/login" : "/login?next=" + path));
        enter(page, name, StandIn.PASSWORD);
        assertThat(page).hasURL(at(path));
    }

    static void enter(Page page, String name, String password) {
        page.locator("#name").fill(name);
        page.locator("#password").fill(password);
        page.locator("#password").press("Enter");
    }

    @Override
    public void close() {
        console.close();
        services.close();
        dispatcher.close();
        timeline.close();
    }
}
