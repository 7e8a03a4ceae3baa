package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;

/** A console on a free port, with stand-ins for all that it calls. */
final class TestConsole implements AutoCloseable {
    final StandIn services = new StandIn();
    final StandInDispatcher dispatcher = new StandInDispatcher();
    final StandInTimeline timeline = new StandInTimeline();
    final StandInLog log = new StandInLog();
    final StandInModeration moderation = new StandInModeration();
    final StandInBus bus = new StandInBus();
    private final Service console;

    TestConsole() throws IOException {
        String url = services.url().toString();
        var settings = new HashMap<String, String>();
        settings.put("console.http.port", "0");
        settings.put("console.tokens.keys-url", url + "/keys");
        for (String service : List.of("telemetry", "status", "crew")) {
            settings.put("console." + service + ".url", url);
        }
        settings.put("console.command-dispatcher.url", dispatcher.http().url());
        settings.put("console.timeline.url", timeline.http().url());
        settings.put("console.posts.url", log.posts.url());
        settings.put("console.comments.url", log.comments.url());
        settings.put("console.query.url", log.query.url());
        settings.put("console.moderation.url", moderation.http().url());
        settings.put("console.event-bus.url", bus.http().url());
        console = ConsoleService.start(ConsoleConfig.read(Settings.of(settings).at("console")), Clock.systemUTC());
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
        log.close();
        moderation.close();
        bus.close();
    }
}
