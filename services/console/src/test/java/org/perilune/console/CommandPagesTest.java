package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Commands page in a real browser. */
final class CommandPagesTest extends InBrowser {
    @Test
    void leadsFromADeviceToItsOwnCommands() {
        console.dispatcher.add("SET_ATTITUDE", "sent", "grace", null);
        console.dispatcher
                .command(console.dispatcher.add("START_MISSION", "sent", "grace", null))
                .put("device", "probe-1");
        console.logIn(page, "ada", "/devices/lunar-module");
        page.getByText("All commands").click();
        assertThat(page.locator("#history tr")).hasCount(1);
        assertThat(page.locator("#filters [name=device]")).hasValue("lunar-module");
        page.locator("#filters [name=device]").selectOption("");
        assertThat(page.locator("#history tr")).hasCount(2);
        page.locator("#filters [name=who]").fill("nobody");
        page.keyboard().press("Enter");
        assertThat(page.locator("#history tr")).hasCount(0);
        page.reload();
        assertThat(page.locator("#empty")).isVisible();
        assertThat(page.locator("#filters [name=who]")).hasValue("nobody");
    }

    @Test
    void buildsAFormFromTheDictionaryAndShowsFaultsAtTheirFields() {
        console.logIn(page, "ada", "/commands");
        page.getByLabel("Command", new Page.GetByLabelOptions().setExact(true)).selectOption("SET_ATTITUDE");
        Locator pitch = page.locator("[data-field='parameters.pitch']");
        assertThat(page.locator("#fields")).containsText("−90 to 90 ° · Nose above the horizon");
        assertThat(page.locator("[data-field='parameters.mode']")).hasValue("calm");
        pitch.fill("100");
        page.locator("#go").click();
        assertThat(pitch).hasAttribute("aria-invalid", "true");
        assertThat(pitch).isFocused();
        assertThat(page.locator("#fields .fault:visible")).hasText("must be a number from -90 to 90");
        pitch.fill("-12.5");
        pitch.press("Enter");
        assertThat(page.locator("#said")).hasText("SET_ATTITUDE to lunar-module accepted");
        var sent = console.dispatcher.dispatched.getLast().body();
        assertThat(sent.path("parameters").toString()).isEqualTo("{\"pitch\":-12.5,\"mode\":\"calm\"}");
        assertThat(sent.path("device").asText()).isEqualTo("lunar-module");
        assertThat(page.locator("#history tr")).hasCount(1);
    }

    @Test
    void sendsOnceHoweverOftenItIsPressed() {
        console.logIn(page, "ada", "/commands");
        page.locator("[data-field=command_type]").selectOption("START_MISSION");
        page.locator("#go").dblclick();
        page.locator("#go").press("Enter");
        assertThat(page.locator("#said")).containsText("START_MISSION");
        assertThat(page.locator("#history tr")).hasCount(1);
        assertThat(console.dispatcher.count()).isEqualTo(1);
        assertThat(console.dispatcher.dispatched.stream()
                        .map(StandInService.Request::key)
                        .distinct())
                .hasSize(1)
                .allMatch(key -> !key.isEmpty());
        assertThat(page.locator("#go")).isEnabled();
        page.locator("#go").click();
        assertThat(page.locator("#history tr")).hasCount(2);
    }

    @Test
    void triesWithoutSending() {
        console.logIn(page, "ada", "/commands");
        page.locator("[data-field=command_type]").selectOption("FIRE_ENGINE");
        page.locator("[data-field='parameters.delta_v']").fill("12");
        assertThat(page.locator("#fields")).containsText("waits until a second person");
        assertThat(page.locator("#go")).hasText("Ask for approval");
        page.locator("#dry").click();
        assertThat(page.locator("#said")).containsText("nothing was sent");
        assertThat(console.dispatcher.count()).isZero();
    }

    @Test
    void letsASecondPersonApproveAndShowsItLiveToBoth() {
        console.services.roles.put("grace", "flight-director");
        Page second = browser.page();
        console.logIn(page, "ada", "/commands");
        console.logIn(second, "grace", "/commands");
        await().until(() -> console.dispatcher.http().followers() == 2);
        page.locator("[data-field=command_type]").selectOption("FIRE_ENGINE");
        page.locator("[data-field='parameters.delta_v']").fill("12");
        page.locator("#go").click();
        assertThat(page.locator("#waiting li")).containsText("somebody else has to approve");
        assertThat(page.locator("#waiting").getByText("Approve", new Locator.GetByTextOptions().setExact(true)))
                .isDisabled();
        assertThat(second.locator("#waiting li")).containsText("asked by ada");
        second.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Approve FIRE_ENGINE to lunar-module"))
                .click();
        for (Page one : List.of(page, second)) {
            assertThat(one.locator("#waiting li")).hasCount(0);
            assertThat(one.locator("#history .mark")).hasText("approved");
        }
        String id = console.dispatcher.dispatched.isEmpty()
                ? ""
                : String.valueOf(page.locator("#history tr").getAttribute("data-id"));
        console.dispatcher.change(id, "completed", "device", "speed changed by 12.1 m/s");
        for (Page one : List.of(page, second)) {
            assertThat(one.locator("#history .mark")).hasText("completed");
        }
        second.context().close();
    }

    @Test
    void wantsAReasonToReject() {
        console.dispatcher.add("FIRE_ENGINE", "held", "grace", null);
        console.logIn(page, "ada", "/commands");
        assertThat(page.locator("nav #held")).hasText("1 waiting for approval");
        Locator waiting = page.locator("#waiting li");
        var exact = new Locator.GetByTextOptions().setExact(true);
        waiting.getByText("Reject", exact).click();
        assertThat(waiting).containsText("Say why");
        waiting.locator("input").fill("not over the far side");
        waiting.getByText("Reject", exact).click();
        assertThat(waiting).hasCount(0);
        assertThat(page.locator("#history")).containsText("not over the far side");
    }

    @Test
    void tellsEveryStageOfACommandLiveAndEscapesWhatDevicesSay() {
        String id = console.dispatcher.add("SET_ATTITUDE", "sent", "grace", null);
        console.logIn(page, "ada", "/commands/" + id);
        await().until(() -> console.dispatcher.http().followers() == 1);
        console.dispatcher.change(id, "failed", "device", "<script>alert(1)</script>");
        assertThat(page.locator("#stages tr")).hasCount(2);
        assertThat(page.locator("#stages tr").last()).containsText("<script>alert(1)</script>");
        assertThat(page.locator("#state")).hasText("failed");
    }

    @Test
    void cancelsWhatWasNotSent() {
        console.dispatcher.add("SET_ATTITUDE", "accepted", "grace", null);
        console.dispatcher.add("SET_ATTITUDE", "sent", "grace", null);
        console.logIn(page, "ada", "/commands");
        assertThat(page.locator("#history button")).hasCount(1);
        assertThat(page.locator("#history tr").last()).containsText("goes when the device has a link");
        page.locator("#history button").click();
        assertThat(page.locator("#history tr").last().locator(".mark")).hasText("cancelled");
        assertThat(page.locator("#history button")).hasCount(0);
    }

    @Test
    void filtersTheHistory() {
        console.dispatcher.add("SET_ATTITUDE", "sent", "grace", null);
        console.dispatcher.add("SET_ATTITUDE", "completed", "ada", null);
        console.logIn(page, "ada", "/commands");
        page.locator("select[name=state]").selectOption("open");
        assertThat(page.locator("#history tr")).hasCount(1);
        page.locator("select[name=state]").selectOption("");
        page.locator("input[name=who]").fill("ada");
        page.locator("input[name=who]").press("Enter");
        assertThat(page.locator("#history tr")).hasCount(1);
        assertThat(page.locator("#history .mark")).hasText("completed");
    }

    @Test
    void readsOlderCommandsPageByPageAndKeepsOnlyTheNewestMeanwhile() {
        for (int i = 0; i < 150; i++) {
            console.dispatcher.add("SET_ATTITUDE", "completed", "grace", null);
        }
        console.logIn(page, "ada", "/commands");
        assertThat(page.locator("#history tr")).hasCount(100);
        await().until(() -> console.dispatcher.http().followers() == 1);
        console.dispatcher.add("START_MISSION", "sent", "grace", null);
        assertThat(page.locator("#history tr").first()).containsText("START_MISSION");
        assertThat(page.locator("#history tr")).hasCount(100);
        page.getByText("Older").click();
        assertThat(page.locator("#history tr")).hasCount(151);
        assertThat(page.getByText("Older")).isHidden();
    }

    @Test
    void movesNothingUnderAPointer() {
        console.dispatcher.add("SET_ATTITUDE", "completed", "grace", null);
        console.logIn(page, "ada", "/commands");
        await().until(() -> console.dispatcher.http().followers() == 1);
        page.locator("#history tr").first().hover();
        console.dispatcher.add("START_MISSION", "sent", "grace", null);
        assertThat(page.locator("#newer")).hasText("Show 1 newer command");
        assertThat(page.locator("#history tr")).hasCount(1);
        page.locator("h1").hover();
        assertThat(page.locator("#history tr")).hasCount(2);
        assertThat(page.locator("#newer")).isHidden();
    }
}
