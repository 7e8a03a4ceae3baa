package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Writing into the flight log in a real browser. */
final class LogWritingTest extends InBrowser {
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
        assertThat(console.log.count()).isEqualTo(1);
        assertThat(page.locator("[data-field=text]")).hasValue("");
        page.locator("#write .act").click();
        assertThat(page.locator("#write .fault:visible")).hasText("must not be empty");
    }

    @Test
    void editsAndDeletesOnesOwnAlone() {
        console.log.add("grace", "Night shift", "All quiet.");
        String own = console.log.add("ada", "Day shift", "Busy.");
        enter("/log");
        assertThat(page.locator("[data-edit]")).hasCount(1);
        page.locator("[data-edit]").click();
        Locator text = page.locator("dialog textarea");
        assertThat(text).hasValue("Busy.");
        text.fill("Very busy.");
        console.log.edit(console.log.entry(own), json().put("title", "Long day shift"));
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("dialog .said")).containsText("What you typed is still here");
        assertThat(text).hasValue("Very busy.");
        page.getByText("Save mine over theirs").click();
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
        assertThat(page.locator("figure")).hasCount(1);
        assertThat(page.locator("#plots")).hasAttribute("data-span", "900000");
        page.getByText("Write about this").click();
        assertThat(page.locator("#write .points li")).containsText("lunar-module altitude");
        page.navigate(console.at("/commands/" + command));
        page.getByText("Write about this").click();
        assertThat(page.locator("#write .points li")).containsText(command);
    }

    @Test
    void tellsWhatBecomesOfACommentWithoutAReload() {
        console.services.roles.put("ada", "operator");
        String id = console.log.add("grace", "Night shift", "All quiet.");
        enter("/log");
        Locator text = page.locator(".remark textarea");
        text.fill("Is it?");
        text.press("Control+Enter");
        assertThat(page.locator(".remark .said")).hasText("Waiting for moderation");
        assertThat(page.locator(".comment")).containsText("waiting for moderation");
        assertThat(page.locator(".comment .prose")).hasText("Is it?");
        String comment = String.valueOf(page.locator(".comment").getAttribute("data-comment"));
        text.fill("a second one, half typed");
        console.log.moderate(comment, "rejected", "no-oaths", "Mind your language");
        assertThat(page.locator(".comment .mark")).hasText("rejected");
        assertThat(page.locator(".comment [data-why]")).hasText("rule no-oaths: Mind your language");
        assertThat(page.locator(".remark .said")).hasText("Rejected: rule no-oaths: Mind your language");
        console.log.moderate(comment, "approved", null, null);
        assertThat(page.locator(".comment .mark")).hasCount(0);
        assertThat(text).hasValue("a second one, half typed");
        assertThat(text).isFocused();
        assertThat(console.log.entry(id).path("id").asText()).isEqualTo(id);
    }

    /** Buttons come and go with a comment's state; the one with the focus stays what it is. */
    @Test
    void keepsTheFocusOnAButtonOfACommentThatChanges() {
        console.services.roles.put("ada", "operator");
        console.log.add("grace", "Night shift", "All quiet.");
        enter("/log");
        page.locator(".remark textarea").fill("Is it?");
        page.locator(".remark textarea").press("Control+Enter");
        String comment = String.valueOf(page.locator(".comment").getAttribute("data-comment"));
        page.locator(".comment [data-edit]").focus();
        console.log.moderate(comment, "approved", null, null);
        assertThat(page.locator(".comment .mark")).hasCount(0);
        assertThat(page.locator(".comment [data-history]")).hasCount(0);
        assertThat(page.locator(".comment [data-edit]")).isFocused();
    }

    @Test
    void loadsWhatSomebodyElseMadeOfIt() {
        String own = console.log.add("ada", "Day shift", "Busy.");
        enter("/log");
        page.locator("[data-edit]").click();
        page.locator("dialog textarea").fill("Very busy.");
        console.log.edit(console.log.entry(own), json().put("text", "Calm."));
        page.keyboard().press("Control+Enter");
        page.getByText("Load theirs").click();
        assertThat(page.locator("dialog textarea")).hasValue("Calm.");
        assertThat(page.getByText("Save mine over theirs")).isHidden();
        page.locator("dialog textarea").fill("Calm again.");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("dialog")).hasCount(0);
        assertThat(page.locator("article")).containsText("Calm again.");
    }

    @Test
    void writesWithTheReferenceThatIsJustBeingAdded() {
        enter("/log");
        var asked = new CompletableFuture<Route>();
        page.route("**/log/references", asked::complete);
        page.locator("[data-field=text]").fill("Look at this.");
        page.getByText("Add a reference").click();
        page.locator("[data-field=parameter]").fill("altitude");
        page.locator("[data-field=parameter]").press("Enter");
        page.locator("#write .act").click();
        page.waitForCondition(asked::isDone);
        asked.join().resume();
        assertThat(page.locator("article .points a")).containsText("altitude");
    }

    @Test
    void keepsWhatWasBegunUntilItsAuthorLogsOut() {
        String id = console.log.add("grace", "Night shift", "All quiet.");
        enter("/log");
        page.getByLabel("Title").fill("Descent");
        page.locator("#write [data-field=text]").fill("We go for");
        page.locator("#e-" + id + " .remark textarea").fill("Was it?");
        page.navigate(console.at("/commands"));
        page.navigate(console.at("/log?about=command&id=one"));
        assertThat(page.locator("#said")).containsText("had begun to write");
        assertThat(page.getByLabel("Title")).hasValue("Descent");
        assertThat(page.locator("#write [data-field=text]")).hasValue("We go for");
        assertThat(page.locator("#write .points li")).containsText("one");
        assertThat(page.locator("#e-" + id + " .remark textarea")).hasValue("Was it?");
        page.getByText("Log out").click();
        page.waitForURL("**/login*");
        enter("/log");
        assertThat(page.locator("#write [data-field=text]")).hasValue("");
        assertThat(page.locator("#e-" + id + " .remark textarea")).hasValue("");
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
