package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More pages of one browser than it opens connections: six to a host over HTTP/1.1. */
final class TabsTest extends InBrowser {
    private static final List<String> PATHS = List.of(
            "/",
            "/devices/lunar-module",
            "/commands",
            "/timeline",
            "/log",
            "/",
            "/devices/lunar-module",
            "/commands",
            "/log/moderation",
            "/devices/lunar-module");

    /** Without shared workers one tab leads and has the connection, as on phones. */
    @ParameterizedTest
    @ValueSource(strings = {"", "delete globalThis.SharedWorker;"})
    void keepsTenTabsAliveAndTheirButtonsWorking(String script) {
        page.context().addInitScript(script);
        console.logIn(page, "ada", "/");
        // Seven are enough for a browser without shared workers: one more than it has connections.
        List<Page> tabs = openAll(script.isEmpty() ? PATHS : PATHS.subList(3, PATHS.size()));
        for (Page tab : tabs) {
            assertThat(tab.locator("#link")).hasText("Live");
        }
        // A stream that has ended is noticed when something is written to it.
        await().until(() -> {
            console.services.frame("nobody", Instant.now(), "{}");
            return console.services.followers() == 1;
        });
        console.services.frame("lunar-module", Instant.now(), "{\"speed\":1655.5}");
        Page last = tabs.getLast();
        assertThat(last.locator("#values")).containsText("1\u202f655.5");
        last.locator("#mission .stop").click();
        for (Page tab : tabs) {
            if (tab.url().endsWith("/lunar-module")) {
                assertThat(tab.locator("#latest")).containsText("EMERGENCY_STOP");
            } else if (tab.url().endsWith("/commands")) {
                assertThat(tab.locator("#history")).containsText("EMERGENCY_STOP");
            }
        }
    }

    @Test
    void letsAnotherTabLeadWhenTheOneThatLedIsClosed() {
        page.context().addInitScript("delete globalThis.SharedWorker;");
        console.logIn(page, "ada", "/");
        assertThat(page.locator("#link")).hasText("Live");
        Page other = page.context().newPage();
        other.navigate(console.at("/devices/lunar-module"));
        assertThat(other.locator("#link")).hasText("Live");
        page.close();
        page = other;
        // A frame that comes while nobody leads is read with what is loaded anew; so this asks until one arrives.
        await().until(() -> {
            console.services.frame("lunar-module", Instant.now(), "{\"speed\":1655.5}");
            return other.locator("#values").innerText().contains("1\u202f655.5");
        });
        assertThat(other.locator("#link")).hasText("Live");
    }

    private List<Page> openAll(List<String> paths) {
        var tabs = new ArrayList<Page>();
        for (String path : paths) {
            Page tab = page.context().newPage();
            tab.navigate(console.at(path));
            tabs.add(tab);
        }
        return tabs;
    }
}
