package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The timeline, a device's commands, and what both pages share, in a real browser. */
final class UplinkPagesTest extends InBrowser {
    @Test
    void showsAViewerNoButtons() {
        console.services.roles.put("eve", "viewer");
        console.dispatcher.add("FIRE_ENGINE", "held", "grace", null);
        console.timeline.add("Burn", "planned", "planned", soon(10), soon(10));
        console.logIn(page, "eve", "/commands");
        assertThat(page.locator("#waiting li")).isVisible();
        assertThat(page.locator("#send")).hasCount(0);
        assertThat(page.locator("#waiting button, #history button")).hasCount(0);
        page.navigate(console.at("/timeline"));
        assertThat(page.locator("#next tr")).hasCount(1);
        assertThat(page.locator("#add, #next button")).hasCount(0);
        page.navigate(console.at("/devices/lunar-module"));
        assertThat(page.locator("#coming tr")).hasCount(1);
        assertThat(page.locator("#mission, #add-event")).hasCount(0);
    }

    @Test
    void stopsAtOnceFromTheKeyboard() {
        console.logIn(page, "ada", "/devices/lunar-module");
        assertThat(page.locator("#mission button")).hasText(new String[] {
            "Emergency stop", "Start mission", "Pause mission", "Reset system", "Other command"
        });
        page.keyboard().press("Control+.");
        page.keyboard().press("Enter");
        assertThat(page.locator("#latest tr")).containsText("EMERGENCY_STOP");
        assertThat(console.dispatcher
                        .dispatched
                        .getLast()
                        .body()
                        .path("command_type")
                        .asText())
                .isEqualTo("EMERGENCY_STOP");
        page.getByText("Pause mission").click();
        assertThat(console.dispatcher.dispatched).hasSize(1);
        page.getByText("Sure?").click();
        assertThat(page.locator("#latest tr")).hasCount(2);
        String id = page.locator("#latest tr a").first().getAttribute("href").replace("/commands/", "");
        console.dispatcher.change(id, "completed", "device", "paused");
        assertThat(page.locator("#latest tr").first().locator(".mark")).hasText("completed");
    }

    @Test
    void sendsAnUnansweredStopAgainAsOneCommand() {
        console.logIn(page, "ada", "/devices/lunar-module");
        assertThat(page.locator("#mission .stop")).isVisible();
        console.dispatcher.http().away = true;
        page.locator("#mission .stop").click();
        assertThat(page.locator("#said")).containsText("sent again by itself for 15 s as the same one");
        page.locator("#mission .stop").click();
        console.dispatcher.http().away = false;
        assertThat(page.locator("#latest tr")).containsText("EMERGENCY_STOP");
        assertThat(console.dispatcher.dispatched).hasSize(1);
    }

    @Test
    void warnsOfACommandThatExpiresBeforeTheDeviceIsBack() {
        console.services.moduleState = "planned-silence";
        console.dispatcher.add("START_MISSION", "accepted", "grace", null);
        console.logIn(page, "ada", "/devices/lunar-module");
        assertThat(page.locator("#latest")).containsText("before the device is back at");
    }

    @Test
    void sendsAnyOtherCommandFromADevicesPage() {
        console.logIn(page, "ada", "/devices/lunar-module");
        page.getByText("Other command").click();
        page.locator("dialog [data-field=command_type]").selectOption("SET_ATTITUDE");
        page.locator("dialog [data-field='parameters.pitch']").fill("x");
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog .fault:visible")).hasText("must be a number from -90 to 90");
        page.locator("dialog [data-field='parameters.pitch']").fill("5");
        page.keyboard().press("Enter");
        assertThat(page.locator("#latest tr")).containsText("pitch 5, mode calm");
    }

    @Test
    void addsAnEventWithACommand() {
        console.logIn(page, "ada", "/timeline");
        page.getByText("Add an event").click();
        assertThat(page.locator("dialog [data-field=name]")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog .fault:visible")).hasText("must not be empty");
        page.keyboard().type("Turn to Earth");
        Instant time = soon(30);
        page.locator("dialog [data-field=time]")
                .fill(time.toString().replace("T", " ").substring(0, 16));
        assertThat(page.locator("dialog")).containsText("your time");
        page.locator("dialog [data-field='command.command_type']").selectOption("SET_ATTITUDE");
        page.locator("dialog [data-field='command.parameters.pitch']").fill("15");
        page.keyboard().press("Enter");
        assertThat(page.locator("#next tr")).containsText("Turn to Earth");
        var sent = console.timeline.sent.getLast();
        assertThat(sent.key()).isNotEmpty();
        assertThat(sent.body().path("command").toString())
                .isEqualTo("{\"command_type\":\"SET_ATTITUDE\",\"parameters\":{\"pitch\":15,\"mode\":\"calm\"}}");
        assertThat(sent.body().path("time").asText()).endsWith(":00Z");
        assertThat(page.locator(".lanes .event")).containsText("Turn to Earth");
    }

    @Test
    void movesOverTimeByKeyboardAndFollowsEventsLive() {
        var event = console.timeline.add("Burn <b>", "planned", "planned", soon(10), soon(10));
        console.logIn(page, "ada", "/timeline");
        await().until(() -> console.timeline.http().followers() == 1);
        page.locator("#lanes").focus();
        page.keyboard().press("+");
        assertThat(page.locator("#timeline")).hasAttribute("data-span", "3600000");
        page.keyboard().press("-");
        page.keyboard().press("-");
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("#timeline")).hasAttribute("data-span", "86400000");
        page.keyboard().press("0");
        console.timeline.change(event, "state", "missed");
        assertThat(page.locator(".lanes .event")).containsText("Burn <b>, missed");
        assertThat(page.locator("#timeline .mark")).hasText("missed");
    }

    @Test
    void saysWhatIsAwayAndGoesOnWithTheRest() {
        console.dispatcher.add("SET_ATTITUDE", "sent", "grace", null);
        console.logIn(page, "ada", "/devices/lunar-module");
        await().until(() ->
                console.services.followers() == 1 && console.dispatcher.http().followers() == 1);
        console.dispatcher.http().leave();
        console.timeline.http().leave();
        assertThat(page.locator("#commands-away")).isVisible();
        assertThat(page.locator("#events-away")).isVisible();
        assertThat(page.locator("#link")).containsText("Commands and Timeline not live since");
        console.services.frame("lunar-module", Instant.now().plusSeconds(1), "{\"speed\":1655.5}");
        assertThat(page.locator("#values")).containsText("1\u202f655.5");
        page.navigate(console.at("/timeline"));
        assertThat(page.locator("#away")).containsText("The timeline is away");
        page.navigate(console.at("/commands"));
        assertThat(page.locator("#away")).containsText("The command dispatcher is away");
        console.dispatcher.http().away = false;
        assertThat(page.locator("#away")).isHidden();
        assertThat(page.locator("#history tr")).hasCount(1);
    }

    @Test
    void saysWhenTheConsoleItselfIsAway() {
        console.logIn(page, "ada", "/commands");
        await().until(() -> console.dispatcher.http().followers() == 1);
        console.close();
        assertThat(page.locator("#away")).containsText("The console does not answer");
        assertThat(page.locator("#link")).containsText("Not live since");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/commands", "/timeline", "/devices/lunar-module", "/commands/one"})
    void isAccessibleInBothThemes(String wanted) throws IOException {
        String one = furnish();
        String path = wanted.replace("one", one);
        console.logIn(page, "ada", path);
        for (String theme : List.of("dark", "light")) {
            page.navigate(console.at(path));
            if (!theme.equals(page.locator("html").getAttribute("data-theme"))) {
                page.locator("[data-theme-switch]").click();
            }
            assertThat(page.locator(".worst a, .worst .none")).isVisible();
            assertThat(page.locator("#link")).hasText("Live");
            for (int[] size : new int[][] {{1280, 800}, {390, 844}}) {
                page.setViewportSize(size[0], size[1]);
                TestBrowser.snapshot(page, wanted, theme, size[0]);
                assertThat(TestBrowser.violations(page))
                        .as(path + " " + theme + " " + size[0])
                        .isEmpty();
            }
            page.setViewportSize(1280, 800);
        }
        if (wanted.equals("/timeline")) {
            page.getByText("Add an event").click();
            page.locator("dialog [data-field='command.command_type']").selectOption("FIRE_ENGINE");
            TestBrowser.snapshot(page, "/timeline/add", "light", 1280);
            assertThat(TestBrowser.violations(page)).isEmpty();
        }
    }

    /** All states that there are, and a day of windows. Gives a command with several stages. */
    private String furnish() {
        for (String state :
                List.of("completed", "failed", "rejected", "expired", "cancelled", "unknown", "executing")) {
            console.dispatcher.add("SET_ATTITUDE", state, "grace", "as the device said: " + state);
        }
        console.dispatcher.add("FIRE_ENGINE", "held", "grace", null);
        String id = console.dispatcher.add("SET_ATTITUDE", "sent", "ada", null);
        for (String state : List.of("received", "executing", "completed")) {
            console.dispatcher.change(id, state, "device", "pitch is 12.5°");
        }
        for (int hours = -12; hours < 24; hours += 6) {
            console.timeline.add("", "pass", "predicted", soon(hours * 60), soon(hours * 60 + 200));
            console.timeline.add("", "loss-of-signal", "predicted", soon(hours * 60 + 200), soon(hours * 60 + 360));
            console.timeline.add("", "shadow", "predicted", soon(hours * 60 + 90), soon(hours * 60 + 190));
        }
        int minutes = -60;
        for (String state : List.of("passed", "missed", "dispatched", "failed", "cancelled", "planned", "planned")) {
            minutes += 25;
            console.timeline.add("Landing rehearsal " + minutes, "planned", state, soon(minutes), soon(minutes));
        }
        return id;
    }

    private static Instant soon(int minutes) {
        return Instant.now().plus(Duration.ofMinutes(minutes)).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    }
}
