package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The flight log in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LogPagesTest {
    private TestBrowser browser;
    private TestConsole console;
    private StandInLog log;
    private Page page;

    @BeforeAll
    void launch() {
        browser = TestBrowser.launch();
    }

    @AfterAll
    void quit() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        console = new TestConsole();
        log = console.log;
        page = browser.page();
    }

    @AfterEach
    void close() {
        page.context().close();
        console.close();
        browser.expectNoComplaints();
    }

    @Test
    void writesOneEntryHoweverOftenItIsPressed() {
        enter("/log");
        assertThat(page.locator("#empty")).isVisible();
        page.getByLabel("Title").fill("Descent");
        page.locator("[data-field=text]").fill("We **go** for powered descent.");
        page.locator("#write .act").dblclick();
        assertThat(page.locator("#said")).containsText("Written");
        assertThat(page.locator("article")).hasCount(1);
        assertThat(page.locator("article h2")).hasText("Descent");
        assertThat(page.locator("article .prose strong")).hasText("go");
        assertThat(log.count()).isEqualTo(1);
        assertThat(page.locator("[data-field=text]")).hasValue("");
        page.locator("#write .act").click();
        assertThat(page.locator("#write .fault:visible")).hasText("must not be empty");
    }

    @Test
    void showsWhatOthersWriteAsItComes() {
        enter("/log");
        String id = log.add("grace", "Night shift", "All quiet.");
        assertThat(page.locator("article h2")).hasText("Night shift");
        log.edit(log.entry(id), json().put("text", "Not so quiet."));
        assertThat(page.locator("article .prose")).hasText("Not so quiet.");
        assertThat(page.locator("article")).containsText("edited");
        log.query.publish("removed", json().put("id", id));
        assertThat(page.locator("article")).hasCount(0);
        assertThat(page.locator("#empty")).isVisible();
    }

    @Test
    void tellsWhatBecomesOfACommentWithoutAReload() {
        console.services.roles.put("ada", "operator");
        String id = log.add("grace", "Night shift", "All quiet.");
        enter("/log");
        Locator text = page.locator(".remark textarea");
        text.fill("Is it?");
        text.press("Control+Enter");
        assertThat(page.locator(".remark .said")).hasText("Waiting for moderation");
        assertThat(page.locator(".comment")).containsText("waiting for moderation");
        assertThat(page.locator(".comment .prose")).hasText("Is it?");
        String comment = String.valueOf(page.locator(".comment").getAttribute("data-comment"));
        text.fill("a second one, half typed");
        log.moderate(comment, "rejected", "no-oaths", "Mind your language");
        assertThat(page.locator(".comment .mark")).hasText("rejected");
        assertThat(page.locator(".comment [data-why]")).hasText("rule no-oaths: Mind your language");
        assertThat(page.locator(".remark .said")).hasText("Rejected: rule no-oaths: Mind your language");
        log.moderate(comment, "approved", null, null);
        assertThat(page.locator(".comment .mark")).hasCount(0);
        assertThat(text).hasValue("a second one, half typed");
        assertThat(text).isFocused();
        assertThat(log.entry(id).path("id").asText()).isEqualTo(id);
    }

    @Test
    void showsTheTextOfWhatIsNotApprovedToItsAuthorAndDirectorsAlone() {
        console.services.roles.put("eve", "viewer");
        String id = log.add("grace", "Night shift", "All quiet.");
        String comment = log.comment(id, "bob", "a damn secret");
        log.moderate(comment, "rejected", "no-oaths", "Mind your language");
        enter("/log");
        assertThat(page.locator(".comment")).containsText("a damn secret");
        Page other = browser.page();
        console.logIn(other, "eve", "/log");
        assertThat(other.locator(".comment")).containsText("rejected");
        assertThat(other.locator(".comment")).not().containsText("secret");
        assertThat(other.locator(".comment")).not().containsText("language");
        assertThat(other.locator("#write, .remark, [data-edit], [data-delete]")).hasCount(0);
        other.context().close();
        log.comments.away = true;
        page.reload();
        assertThat(page.locator(".comment")).containsText("comments does not answer");
    }

    @Test
    void editsAndDeletesOnesOwnAlone() {
        log.add("grace", "Night shift", "All quiet.");
        String own = log.add("ada", "Day shift", "Busy.");
        enter("/log");
        assertThat(page.locator("[data-edit]")).hasCount(1);
        page.locator("[data-edit]").click();
        Locator text = page.locator("dialog textarea");
        assertThat(text).hasValue("Busy.");
        text.fill("Very busy.");
        log.edit(log.entry(own), json().put("title", "Long day shift"));
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("dialog .said")).containsText("What you typed is still here");
        assertThat(text).hasValue("Very busy.");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("dialog")).hasCount(0);
        assertThat(page.locator("article").first()).containsText("Very busy.");
        page.locator("article").first().locator("[data-history]").click();
        assertThat(page.locator("dialog em")).hasText("first");
        page.keyboard().press("Escape");
        page.locator("[data-delete]").click();
        assertThat(page.locator("article")).hasCount(2);
        page.locator("[data-delete]").click();
        assertThat(page.locator("article")).hasCount(1);
    }

    @Test
    void pointsToTelemetryAndCommands() {
        String command = console.dispatcher.add("FIRE_ENGINE", "sent", "grace", null);
        enter("/log?about=command&id=" + command);
        assertThat(page.locator("#write .points li")).containsText(command);
        page.getByText("Add a reference").click();
        page.locator("[data-field=parameter]").fill("nothing-such");
        page.locator("[data-field=parameter]").press("Enter");
        assertThat(page.locator("#write .fault:visible")).hasText("is not a parameter of it");
        page.locator("[data-field=parameter]").fill("altitude");
        page.locator("[data-field=parameter]").press("Enter");
        assertThat(page.locator("#write .points li")).hasCount(2);
        page.locator("[data-field=text]").fill("Look at this.");
        page.locator("[data-field=text]").press("Control+Enter");
        assertThat(page.locator("article .points a").first()).hasText("FIRE_ENGINE to lunar-module");
        assertThat(page.locator("article .points .mark")).hasText("sent");
        console.dispatcher.change(command, "completed", "device", "done");
        assertThat(page.locator("article .points .mark")).hasText("completed");
        assertThat(page.locator("article .spark path")).hasAttribute("d", java.util.regex.Pattern.compile("M.+L.+"));
        page.locator("article .points a").last().click();
        page.waitForURL("**/devices/lunar-module?parameter=altitude&from=*");
    }

    @Test
    void goesOnWithTheRestWhenAServiceIsAway() {
        log.add("grace", "Night shift", "All quiet.");
        enter("/log");
        log.posts.away = true;
        page.locator("[data-field=text]").fill("Are you there?");
        page.locator("#write .act").click();
        assertThat(page.locator("#said")).containsText("What you typed is still here");
        assertThat(page.locator("article")).hasCount(1);
        log.posts.away = false;
        log.query.leave();
        assertThat(page.locator("#away")).containsText("Writing still works");
        page.locator("#write .act").click();
        assertThat(page.locator("article")).hasCount(2);
        assertThat(log.sent.stream().map(StandInService.Request::key).distinct())
                .hasSize(1);
        page.reload();
        assertThat(page.locator("#away")).containsText("Writing still works");
        log.query.away = false;
        assertThat(page.locator("article")).hasCount(2);
        assertThat(page.locator("#away")).isHidden();
    }

    @Test
    void searchesAndMarksWhatWasFound() {
        String id = log.add("grace", "Night shift", "A quiet <b>crater</b>.");
        log.add("ada", null, "Nothing.");
        log.engine = "postgresql";
        enter("/log");
        page.getByLabel("Search").fill("crater");
        assertThat(page.locator("#found mark")).hasText("crater");
        assertThat(page.locator("#found")).containsText("<b>");
        assertThat(page.locator("#found")).containsText("Found by the database");
        page.locator("#found a").click();
        assertThat(page).hasURL(console.at("/log/" + id));
        assertThat(page.locator("article")).hasCount(1);
        page.getByText("Around this entry").click();
        assertThat(page.locator(".around td a")).hasText("FIRE_ENGINE to lunar-module completed");
    }

    @Test
    void keepsThePageShortAndReadsOlderEntries() {
        for (int i = 0; i < 50; i++) {
            log.add("grace", "Entry " + i, "Text.");
        }
        enter("/log");
        assertThat(page.locator("article")).hasCount(20);
        page.getByText("Older entries").click();
        assertThat(page.locator("article")).hasCount(40);
        page.mouse().move(0, 0);
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }");
        for (int i = 0; i < 25; i++) {
            log.add("grace", "Newer " + i, "Text.");
        }
        assertThat(page.locator("article h2").first()).hasText("Newer 24");
        await().untilAsserted(() -> assertThat(page.locator("article").count()).isLessThanOrEqualTo(60));
    }

    @Test
    void letsNoTextActInTheBrowser() {
        for (String text : List.of(
                "<script>window.hit = 1</script>",
                "<img src=x onerror='window.hit = 1'>",
                "[click](javascript:window.hit=1)",
                "[click](data:text/html,<script>opener.hit=1</script>)",
                "![x](https://evil.example/pixel.png)",
                "<svg onload='window.hit = 1'></svg>")) {
            log.add("grace", "<img src=x onerror='window.hit = 1'>", text);
        }
        enter("/log");
        assertThat(page.locator("article")).hasCount(6);
        assertThat(page.locator("article .prose :is(script, img, svg, iframe, [onerror], [onload])"))
                .hasCount(0);
        assertThat(page.locator(".prose a")).hasCount(1);
        assertThat(page.locator(".prose a")).hasAttribute("href", "https://evil.example/pixel.png");
        page.locator("[data-field=text]").fill("<img src=x onerror='window.hit = 1'>");
        page.getByText("Preview").click();
        assertThat(page.locator(".preview .prose")).hasText("<img src=x onerror='window.hit = 1'>");
        assertThat(page.evaluate("() => window.hit")).isNull();
    }

    @Test
    void isAccessibleInBothThemes() throws IOException {
        String command = console.dispatcher.add("FIRE_ENGINE", "completed", "grace", null);
        log.add(
                "grace",
                null,
                "Handover: **all quiet**, one `retry`.\n\n- battery 31 %\n- next pass 12:40\n\n> as planned");
        String id = log.add("ada", "Powered descent", "We went. See the altitude and the burn.");
        log.entry(id)
                .putArray("references")
                .addObject()
                .put("kind", "telemetry")
                .put("device", "lunar-module")
                .put("parameter", "altitude")
                .put("from", "2026-11-20T00:00:00Z")
                .put("to", "2026-11-20T02:00:00Z");
        log.entry(id).withArray("references").addObject().put("kind", "command").put("id", command);
        log.moderate(log.comment(id, "bob", "Well done."), "approved", null, null);
        log.moderate(log.comment(id, "bob", "damn good"), "rejected", "no-oaths", "Mind your language");
        log.comment(id, "ada", "Thanks");
        console.logIn(page, "ada", "/log");
        checkBoth("/log");
        checkBoth("/log/" + id);
    }

    private void checkBoth(String path) throws IOException {
        for (String theme : List.of("dark", "light")) {
            page.navigate(console.at(path));
            if (!theme.equals(page.locator("html").getAttribute("data-theme"))) {
                page.locator("[data-theme-switch]").click();
            }
            assertThat(page.locator("#link")).hasText("Live");
            assertThat(page.locator(".worst a, .worst .none")).isVisible();
            for (int[] size : new int[][] {{1280, 800}, {390, 844}}) {
                page.setViewportSize(size[0], size[1]);
                TestBrowser.snapshot(page, path.substring(0, 4) + path.length(), theme, size[0]);
                assertThat(TestBrowser.violations(page))
                        .as(path + " " + theme + " " + size[0])
                        .isEmpty();
            }
            page.setViewportSize(1280, 800);
        }
    }

    private void enter(String path) {
        console.logIn(page, "ada", path.split("\\?")[0]);
        if (path.contains("?")) {
            page.navigate(console.at(path));
        }
        await().until(() -> log.query.away || log.query.followers() > 0);
        assertThat(page.locator("#link")).hasText("Live");
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode json() {
        return org.perilune.chassis.Json.mapper().createObjectNode();
    }
}
