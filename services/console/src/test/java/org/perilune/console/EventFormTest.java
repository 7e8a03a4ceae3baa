package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Route;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Changing an event while others do, and while the dispatcher takes its time. */
final class EventFormTest extends InBrowser {
    private final Instant time = Instant.now().plus(Duration.ofMinutes(10)).truncatedTo(ChronoUnit.SECONDS);

    @Test
    void tellsWhoChangedTheSameEventMeanwhile() {
        var event = console.timeline.add("Burn", "planned", "planned", time, time);
        console.logIn(page, "ada", "/timeline");
        await().until(() -> console.timeline.http().followers() == 1);
        page.getByLabel("Change Burn").click();
        console.timeline.change(event, "name", "Longer burn");
        assertThat(page.locator("dialog")).containsText("grace has just changed this event");
        page.locator("dialog [data-field=name]").fill("Shorter burn");
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog")).containsText("Nothing was saved");
        page.getByText("Load theirs").click();
        assertThat(page.locator("dialog [data-field=name]")).hasValue("Longer burn");
        page.locator("dialog [data-field=name]").fill("Shorter burn");
        page.keyboard().press("Enter");
        assertThat(page.locator("#next")).containsText("Shorter burn");
        assertThat(console.timeline.sent.getLast().body().toString())
                .isEqualTo("{\"version\":2,\"name\":\"Shorter burn\"}");
    }

    @Test
    void savesOverWhatChangedMeanwhile() {
        var event = console.timeline.add("Burn", "planned", "planned", time, time);
        console.logIn(page, "ada", "/timeline");
        page.getByLabel("Change Burn").click();
        page.locator("dialog [data-field=repeat]").fill("0 6 * * 1");
        console.timeline.change(event, "name", "Longer burn");
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog")).containsText("Nothing was saved");
        page.getByText("Save mine over theirs").click();
        assertThat(page.locator("dialog[open]")).hasCount(0);
        assertThat(console.timeline.sent.getLast().body().toString())
                .isEqualTo("{\"version\":2,\"repeat\":\"0 6 * * 1\"}");
        assertThat(page.locator("#next")).containsText("Longer burn");
    }

    @Test
    void savesWhatWasTypedBeforeTheCommandsAreKnown() {
        var asked = saveBeforeTheCommandsAreKnown();
        answer(asked);
        assertThat(page.locator("#next")).containsText("Shorter burn");
        assertThat(console.timeline.sent.getLast().body().toString())
                .isEqualTo("{\"version\":1,\"name\":\"Shorter burn\"}");
    }

    @Test
    void sendsNothingOnceItWasClosed() {
        var asked = saveBeforeTheCommandsAreKnown();
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog[open]")).hasCount(0);
        page.getByText("Add an event").click();
        page.locator("dialog [data-field=name]").fill("Half");
        answer(asked);
        page.locator("dialog [data-field='command.command_type']").selectOption("SET_ATTITUDE");
        assertThat(page.locator("dialog [data-field=name]")).hasValue("Half");
        assertThat(console.timeline.sent).isEmpty();
    }

    @Test
    void sendsTheCommandThatIsShownForAnotherDevice() {
        ObjectNode event = console.timeline.add("Turn", "planned", "planned", time, time);
        event.putObject("command").put("command_type", "SET_ATTITUDE").putObject("parameters");
        console.logIn(page, "ada", "/timeline");
        var asked = holdDictionary();
        page.getByLabel("Change Turn").click();
        page.locator("dialog [data-field=device]").selectOption("");
        answer(asked);
        assertThat(page.locator("dialog [data-field='command.command_type']")).hasValue("");
        page.locator("dialog .act").click();
        assertThat(page.locator("dialog[open]")).hasCount(0);
        assertThat(console.timeline.sent.getLast().body().toString())
                .isEqualTo("{\"version\":1,\"device\":null,\"command\":null}");
    }

    private CompletableFuture<Route> saveBeforeTheCommandsAreKnown() {
        console.timeline.add("Burn", "planned", "planned", time, time);
        console.logIn(page, "ada", "/timeline");
        var asked = holdDictionary();
        page.getByLabel("Change Burn").click();
        page.locator("dialog [data-field=name]").fill("Shorter burn");
        page.keyboard().press("Enter");
        return asked;
    }

    private CompletableFuture<Route> holdDictionary() {
        var asked = new CompletableFuture<Route>();
        page.route("**/dictionary/*", asked::complete);
        return asked;
    }

    private void answer(CompletableFuture<Route> asked) {
        page.waitForCondition(asked::isDone);
        asked.join().resume();
    }
}
