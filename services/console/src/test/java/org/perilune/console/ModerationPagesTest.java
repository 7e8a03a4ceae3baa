package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitUntilState;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Moderation, and events on the System page, in a real browser. */
final class ModerationPagesTest extends InBrowser {
    @Test
    void letsAFlightDirectorDecide() {
        console.moderation.add("pending", "call-signs", "looks like a call sign", "bob", "Ask LEM-5 <b>now</b>.");
        console.moderation.add("rejected", "no-oaths", "has the word damn", "eve", "damn");
        console.logIn(page, "ada", "/log/moderation");
        Locator held = page.locator("#cases li").first();
        assertThat(held).containsText("rule call-signs: looks like a call sign");
        assertThat(held).containsText("Ask LEM-5 <b>now</b>.");
        held.locator("button[value=reject]").click();
        assertThat(held.locator(".fault")).hasText("Say why it is rejected.");
        held.locator("input").fill("not here");
        held.locator("button[value=reject]").click();
        assertThat(page.locator("#cases .s-held")).hasCount(0);
        assertThat(page.locator("#cases .s-rejected")).hasCount(2);
        assertThat(console.moderation.sent.getLast().body().toString())
                .isEqualTo("{\"text_revision\":1,\"reason\":\"not here\"}");
        page.locator("#cases button[value=approve]").first().click();
        assertThat(page.locator("#cases .s-rejected")).hasCount(1);
    }

    @Test
    void losesNoPressThatComesBeforeTheScript() {
        console.moderation.add("pending", "call-signs", "looks like a call sign", "bob", "LEM-5");
        console.logIn(page, "ada", "/log");
        var script = new CompletableFuture<Route>();
        page.route("**/moderation.js", script::complete);
        page.navigate(console.at("/log/moderation"), new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
        page.locator("#cases button[value=reject]").click();
        page.waitForCondition(script::isDone);
        script.join().resume();
        assertThat(page.locator("#cases .fault")).hasText("Say why it is rejected.");
        assertThat(page).hasURL(console.at("/log/moderation"));
    }

    private void halfTypeAReason() {
        console.moderation.add("pending", "call-signs", "looks like a call sign", "bob", "LEM-5");
        console.logIn(page, "ada", "/log/moderation");
        assertThat(page.locator("#link")).hasText("Live");
        page.locator("#cases input").fill("half a rea");
    }

    @Test
    void keepsAReasonHalfTypedWhileOthersComeAndGo() {
        halfTypeAReason();
        console.moderation.add("rejected", "no-oaths", "has the word damn", "eve", "damn");
        console.log.add("grace", "Another", "entry");
        assertThat(page.locator("#cases li")).hasCount(2);
        assertThat(page.locator("#cases input").first()).hasValue("half a rea");
        assertThat(page.locator("#cases input").first()).isFocused();
    }

    @Test
    void keepsAReasonHalfTypedWhileModerationIsAway() {
        halfTypeAReason();
        console.moderation.http().away = true;
        console.log.add("grace", "Another", "entry");
        assertThat(page.locator("#cases [data-away]")).containsText("Moderation is away");
        assertThat(page.locator("#cases input")).hasValue("half a rea");
        console.moderation.http().away = false;
        console.log.add("grace", "One more", "entry");
        assertThat(page.locator("#cases [data-away]")).hasCount(0);
        assertThat(page.locator("#cases input")).hasValue("half a rea");
        assertThat(page.locator("#cases input")).isFocused();
    }

    @Test
    void saysTheRulesInWordsToAllAndLetsDirectorsAloneChangeThem() {
        console.services.roles.put("eve", "operator");
        console.moderation.add("rejected", "no-oaths", "has the word damn", "bob", "damn");
        console.logIn(page, "eve", "/log/moderation");
        assertThat(page.locator("#rules li")).hasText(new String[] {
            "no-oaths Rejects what has one of the words damn or blast. Mind your language",
            "call-signs Holds for a flight director what matches the pattern [A-Z]{3}-\\d+.",
            "not-too-long Rejects what is shorter than 2 or longer than 4000 characters.",
            "no-flood Rejects more than 10 comments of one author within 60 s.",
            "links Holds for a flight director what has more than 2 links; links to nasa.gov are not counted."
        });
        assertThat(page.locator("#change, #editor, [data-case]")).hasCount(0);
        page.locator("#try textarea").fill("damn it");
        page.getByText("Try", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator("#try .said")).hasText("Rejected by rule no-oaths: has the word damn");
    }

    @Test
    void changesRulesWithAForm() {
        console.logIn(page, "ada", "/log/moderation");
        page.getByText("Change the rules").click();
        Locator forms = page.locator(".ruleforms li");
        assertThat(forms).hasCount(5);
        forms.first().locator("textarea").fill("damn, blast, bother");
        forms.nth(4).getByText("Up").click();
        forms.nth(2).getByText("Remove").click();
        page.getByLabel("Kind of the new rule").selectOption("pattern");
        page.getByText("Add a rule").click();
        Locator added = forms.last();
        added.locator("[data-field$=pattern]").fill("(");
        page.getByText("Save the rules").click();
        assertThat(added.locator(".fault:visible")).hasText("missing closing )");
        added.locator("[data-field$=pattern]").fill("x+");
        page.getByText("Save the rules").click();
        assertThat(page.locator("#editor")).isHidden();
        assertThat(page.locator("#rules li")).hasCount(5);
        assertThat(page.locator("#rules")).containsText("damn, blast or bother");
        var rules = console.moderation.rules.path("rules");
        assertThat(rules.findValuesAsText("id"))
                .containsExactly("no-oaths", "call-signs", "links", "no-flood", "pattern-1");
        assertThat(rules.get(2).path("allowed_hosts").toString()).isEqualTo("[\"nasa.gov\"]");
    }

    @Test
    void losesNothingThatWasTypedWhenSomebodyElseWasFaster() {
        console.logIn(page, "ada", "/log/moderation");
        page.getByText("Change the rules").click();
        page.locator(".ruleforms textarea").first().fill("mine");
        console.moderation.changeRules("grace");
        page.getByText("Save the rules").click();
        assertThat(page.locator("#editor .said")).containsText("grace has changed the rules");
        assertThat(page.locator("#editor .notice")).containsText("Version 4, by grace");
        assertThat(page.locator(".ruleforms textarea").first()).hasValue("mine");
        page.getByText("Save mine over theirs").click();
        assertThat(page.locator("#rules")).containsText("has one of the words mine");
        assertThat(console.moderation.rules.path("version").asInt()).isEqualTo(5);
    }

    @Test
    void saysWhenModerationIsAway() {
        console.moderation.http().away = true;
        console.logIn(page, "ada", "/log/moderation");
        assertThat(page.locator("#cases")).containsText("Comments are still taken");
        page.getByText("Change the rules").click();
        assertThat(page.locator("#away")).containsText("The rules cannot be changed just now");
    }

    @Test
    void sendsADeadLetterAgainOrDismissesIt() {
        console.bus.dead.add("d1");
        console.bus.dead.add("d2");
        console.bus.dead.add("d3");
        console.logIn(page, "ada", "/system");
        assertThat(page.locator("nav #dead")).hasText("3 dead letters");
        assertThat(page.locator("#now")).containsText("under 1 s");
        assertThat(page.locator("#events")).containsText("perilune.query.events");
        assertThat(page.locator("#events")).containsText("https://hooks.example/in");
        Locator button = page.locator("#redrive-d1");
        assertThat(page.locator("tr", new Page.LocatorOptions().setHas(button))).containsText("<b>bad</b>");
        button.click();
        assertThat(page.locator("#redriven")).containsText("Sent again to its queue");
        assertThat(button).hasCount(0);
        page.locator("#dismiss-d3").click();
        assertThat(page.locator("#redriven")).containsText("Dismissed. It is kept");
        assertThat(page.locator("#dismiss-d3")).hasCount(0);
        assertThat(page.locator("#redrive-d2")).isVisible();
        console.bus.dead.clear();
        page.locator("#redrive-d2").click();
        assertThat(page.locator("#redriven")).hasText("Not sent again: It was sent again already");
    }

    @Test
    void showsAViewerNoWayToSendAgain() {
        console.services.roles.put("eve", "viewer");
        console.bus.dead.add("d1");
        console.logIn(page, "eve", "/system");
        assertThat(page.getByText("cannot be read: <b>bad</b>")).isVisible();
        assertThat(page.locator("[id^=redrive-], [id^=dismiss-]")).hasCount(0);
        assertThat(page.locator("#events")).not().containsText("hooks.example");
        console.bus.http().away = true;
        assertThat(page.locator("#events")).containsText("Queues cannot be read just now");
    }

    @Test
    void isAccessibleInBothThemes() throws IOException {
        console.moderation.add("pending", "call-signs", "looks like a call sign", "bob", "Ask LEM-5.");
        console.moderation.add("rejected", "no-oaths", "has the word damn", "eve", "damn");
        console.bus.dead.add("d1");
        console.logIn(page, "ada", "/log/moderation");
        expectAccessible("/log/moderation", "/log/moderation", this::awaitLive);
        expectAccessible("/log/moderation", "/log/moderation/rules", () -> {
            awaitLive();
            page.getByText("Change the rules").click();
            assertThat(page.locator(".ruleforms li")).hasCount(5);
        });
        expectAccessible("/system", "/system/events", () -> {
            assertThat(page.locator("#redrive-d1")).isVisible();
            assertThat(page.locator("nav #dead")).hasText("1 dead letter");
        });
    }
}
