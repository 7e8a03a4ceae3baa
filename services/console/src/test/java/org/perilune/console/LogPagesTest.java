package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The flight log in a real browser. */
final class LogPagesTest extends InBrowser {
    @Test
    void showsWhatOthersWriteAsItComes() {
        enter("/log");
        String id = console.log.add("grace", "Night shift", "All quiet.");
        assertThat(page.locator("article h2")).hasText("Night shift");
        console.log.edit(console.log.entry(id), json().put("text", "Not so quiet."));
        assertThat(page.locator("article .prose")).hasText("Not so quiet.");
        assertThat(page.locator("article")).containsText("edited");
        console.log.query.publish("removed", json().put("id", id));
        assertThat(page.locator("article")).hasCount(0);
        assertThat(page.locator("#empty")).isVisible();
    }

    @Test
    void showsTheTextOfWhatIsNotApprovedToItsAuthorAndDirectorsAlone() {
        console.services.roles.put("eve", "viewer");
        String id = console.log.add("grace", "Night shift", "All quiet.");
        String comment = console.log.comment(id, "bob", "a damn secret");
        console.log.moderate(comment, "rejected", "no-oaths", "Mind your language");
        enter("/log");
        assertThat(page.locator(".comment")).containsText("a damn secret");
        Page other = browser.page();
        console.logIn(other, "eve", "/log");
        assertThat(other.locator(".comment")).containsText("rejected");
        assertThat(other.locator(".comment")).not().containsText("secret");
        assertThat(other.locator(".comment")).not().containsText("language");
        assertThat(other.locator("#write, .remark, [data-edit], [data-delete]")).hasCount(0);
        other.context().close();
        console.log.comments.away = true;
        page.reload();
        assertThat(page.locator(".comment")).containsText("comments does not answer");
    }

    @Test
    void goesOnWithTheRestWhenAServiceIsAway() {
        console.log.add("grace", "Night shift", "All quiet.");
        enter("/log");
        console.log.posts.away = true;
        page.locator("[data-field=text]").fill("Are you there?");
        page.locator("#write .act").click();
        assertThat(page.locator("#said")).containsText("What you typed is still here");
        assertThat(page.locator("article")).hasCount(1);
        console.log.posts.away = false;
        console.log.query.leave();
        assertThat(page.locator("#away")).containsText("Writing still works");
        page.locator("#write .act").click();
        assertThat(page.locator("article")).hasCount(2);
        assertThat(console.log.sent.stream().map(StandInService.Request::key).distinct())
                .hasSize(1);
        page.reload();
        assertThat(page.locator("#away")).containsText("Writing still works");
        console.log.query.away = false;
        assertThat(page.locator("article")).hasCount(2);
        assertThat(page.locator("#away")).isHidden();
    }

    @Test
    void searchesAndMarksWhatWasFound() {
        String id = console.log.add("grace", "Night shift", "A quiet <b>crater</b>.");
        console.log.add("ada", null, "Nothing.");
        console.log.engine = "postgresql";
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
            console.log.add("grace", "Entry " + i, "Text.");
        }
        enter("/log");
        assertThat(page.locator("article")).hasCount(20);
        page.getByText("Older entries").click();
        assertThat(page.locator("article")).hasCount(40);
        page.mouse().move(0, 0);
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }");
        for (int i = 0; i < 25; i++) {
            console.log.add("grace", "Newer " + i, "Text.");
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
            console.log.add("grace", "<img src=x onerror='window.hit = 1'>", text);
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
        console.log.add(
                "grace",
                null,
                "Handover: **all quiet**, one `retry`.\n\n- battery 31 %\n- next pass 12:40\n\n> as planned");
        String id = console.log.add("ada", "Powered descent", "We went. See the altitude and the burn.");
        console.log
                .entry(id)
                .putArray("references")
                .addObject()
                .put("kind", "telemetry")
                .put("device", "lunar-module")
                .put("parameter", "altitude")
                .put("from", "2026-11-20T00:00:00Z")
                .put("to", "2026-11-20T02:00:00Z");
        console.log
                .entry(id)
                .withArray("references")
                .addObject()
                .put("kind", "command")
                .put("id", command);
        console.log.moderate(console.log.comment(id, "bob", "Well done."), "approved", null, null);
        console.log.moderate(console.log.comment(id, "bob", "damn good"), "rejected", "no-oaths", "Mind your language");
        console.log.comment(id, "ada", "Thanks");
        console.logIn(page, "ada", "/log");
        expectAccessible("/log", "/log", this::awaitLive);
        expectAccessible("/log/" + id, "/log/one", this::awaitLive);
    }

    private void enter(String path) {
        console.logIn(page, "ada", path.split("\\?")[0]);
        if (path.contains("?")) {
            page.navigate(console.at(path));
        }
        await().until(() -> console.log.query.away || console.log.query.followers() > 0);
        assertThat(page.locator("#link")).hasText("Live");
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode json() {
        return org.perilune.chassis.json.Json.mapper().createObjectNode();
    }
}
