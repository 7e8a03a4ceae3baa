package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.assertions.PageAssertions;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page in a real browser. */
final class PagesTest extends InBrowser {
    @Test
    void leadsThroughLogInToThePageThatWasAskedFor() {
        page.navigate(at("/system"));
        assertThat(page).hasURL(Pattern.compile(".*/login\\?next=%2Fsystem"));
        enter(StandIn.PASSWORD);
        assertThat(page).hasURL(at("/system"));
        assertThat(page.locator(".who")).hasText("ada");
        var cookie = page.context().cookies().getFirst();
        assertThat(cookie.name).isEqualTo("__Host-session");
        assertThat(cookie.httpOnly).isTrue();
        assertThat(cookie.secure).isTrue();
    }

    @Test
    void refusesAWrongPassword() {
        page.navigate(at("/login"));
        enter("guess");
        assertThat(page.getByRole(com.microsoft.playwright.options.AriaRole.ALERT))
                .hasText("The name or the password is wrong.");
        assertThat(page.locator("#name")).hasValue("ada");
    }

    @Test
    void updatesAFleetRowLive() {
        logIn("/");
        awaitFollower();
        console.services.frame("probe-1", Instant.now().plusSeconds(1), "{\"altitude\":77.25}");
        assertThat(page.locator("tr[data-device=probe-1] .now")).hasText("77.25");
        assertThat(page.locator("tr[data-device=probe-1] .mark.warning")).hasText("altitude 77.25 km");
        assertThat(page.locator("#link")).hasText("Live");
    }

    @Test
    void sortsFiltersAndSearchesTheFleet() {
        console.services.devices = 30;
        logIn("/");
        awaitFollower();
        page.locator("#search").fill("probe-1");
        assertThat(page.locator("#count")).hasText("11 of 30");
        page.locator("#search").fill("");
        page.locator("#state").selectOption("dark");
        assertThat(page.locator("#count")).hasText("9 of 30");
        page.locator("#state").selectOption("");
        page.locator("[data-sort=name]").click();
        assertThat(page.locator("tbody tr").first()).hasAttribute("data-device", "probe-9");
    }

    @Test
    void updatesADevicesValueLive() {
        logIn("/devices/lunar-module");
        awaitFollower();
        console.services.frame(
                "lunar-module", Instant.now().plusSeconds(1), "{\"speed\":1655.5,\"position\":120,\"altitude\":1900}");
        var speed = page.locator("#values tr")
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText("speed"));
        assertThat(speed.locator(".value")).hasText("1\u202f655.5");
        assertThat(page.locator("#orbit .craft")).isVisible();
        assertThat(page.locator("#silence")).containsText("Next loss of signal in 12 min");
    }

    @Test
    void zoomsAPlotByKeyboard() {
        logIn("/devices/lunar-module");
        var plot = page.locator("figure").first();
        plot.focus();
        page.keyboard().press("+");
        assertThat(page.locator("#plots")).hasAttribute("data-span", "450000");
        page.keyboard().press("ArrowLeft");
        page.keyboard().press("0");
        assertThat(page.locator("#plots")).hasAttribute("data-span", "900000");
    }

    @Test
    void keepsPlotsAndTheirTimeOverAReload() {
        logIn("/devices/lunar-module");
        assertThat(page.locator("figure")).hasCount(3);
        assertThat(page.locator("[data-span='900']")).hasAttribute("aria-pressed", "true");
        page.locator("[aria-label='Plot speed']").uncheck();
        page.locator("[data-act=out]").click();
        assertThat(page.locator("[data-span='900']")).hasAttribute("aria-pressed", "false");
        page.locator("[data-span='3600']").click();
        page.waitForURL("**/*span=3600");
        page.reload();
        assertThat(page.locator("figure")).hasCount(2);
        assertThat(page.locator("[data-span='3600']")).hasAttribute("aria-pressed", "true");
        assertThat(page.locator("figure").first())
                .hasAccessibleDescription(Pattern.compile(".*values from .* km, the last .*"));
    }

    @Test
    void saysOfAPlotWhatItDoesNotKnow() {
        console.services.seriesAway = true;
        logIn("/devices/lunar-module");
        var plot = page.locator("figure").first();
        assertThat(plot).hasAccessibleDescription(Pattern.compile(".*cannot be read just now.*"));
        console.services.seriesComplete = false;
        console.services.seriesAway = false;
        assertThat(plot.locator("figcaption")).containsText("not all of this time could be read");
    }

    @Test
    void keepsFocusAndSelectionWhileAPageRenewsItself() {
        logIn("/system");
        var services = page.locator("[aria-label=Services]");
        services.focus();
        page.evaluate("getSelection().selectAllChildren(document.querySelector('#part-telemetry th'))");
        console.services.uptime = 12_345;
        assertThat(page.locator("#part-telemetry")).containsText("3 h");
        assertThat(services).isFocused();
        assertThat(page.evaluate("getSelection().toString()")).isEqualTo("telemetry");
    }

    @Test
    void saysABrokenLimitOnceAndNotEachOfItsValues() {
        logIn("/");
        assertThat(page.locator("#worst-said")).hasText("Warning: lunar-module battery");
        page.evaluate(
                "new MutationObserver(() => { window.saidAgain = true; })"
                        + ".observe(document.getElementById('worst-said'), { childList: true, subtree: true, characterData: true })");
        console.services.battery = 30;
        assertThat(page.locator(".worst")).containsText("battery 30.00 %");
        assertThat(page.evaluate("window.saidAgain === undefined")).isEqualTo(true);
    }

    @Test
    void countsNoSilentDeviceAsWithinItsLimits() {
        console.services.devices = 1;
        console.services.battery = 50;
        console.services.moduleState = "dark";
        logIn("/");
        assertThat(page.locator(".worst")).hasText("Within limits, but 1 of 1 not heard from");
        assertThat(page.locator("tr[data-device=lunar-module]")).containsText("not known now");
    }

    @Test
    void keepsTheWaysToOtherPagesWhereAPageIsMissing() {
        logIn("/");
        page.navigate(at("/nowhere"));
        assertThat(page.locator(".message h1")).hasText("There is no such page");
        assertThat(page.locator("nav a")).hasCount(5);
    }

    @Test
    void keepsTheTheme() {
        logIn("/");
        page.locator("[data-theme-switch]").click();
        assertThat(page.locator("html")).hasAttribute("data-theme", "light");
        page.reload();
        assertThat(page.locator("html")).hasAttribute("data-theme", "light");
    }

    @Test
    void goesToLogInWhenTheSessionEnds() {
        logIn("/");
        awaitFollower();
        console.services.endSessions();
        // The console looks every two seconds, and a browser waits three before it connects again.
        assertThat(page).hasURL(Pattern.compile(".*/login.*"), new PageAssertions.HasURLOptions().setTimeout(30_000));
    }

    @Test
    void logsOut() {
        logIn("/");
        page.getByText("Log out").click();
        assertThat(page).hasURL(at("/login"));
        page.navigate(at("/"));
        assertThat(page).hasURL(at("/login"));
    }

    @Test
    void saysWhatToDoWhenTelemetryIsAway() {
        logIn("/system");
        console.services.telemetryAway = true;
        page.navigate(at("/"));
        assertThat(page.locator(".notice")).containsText("nothing is lost");
        page.navigate(at("/devices/lunar-module"));
        assertThat(page.locator(".message h1")).hasText("Telemetry is away");
        page.navigate(at("/system"));
        assertThat(page.locator("body")).containsText("postgresql");
    }

    @Test
    void escapesWhatDevicesSay() {
        logIn("/system");
        assertThat(page.locator("body")).containsText("<b>bytes</b>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/login", "/", "/devices/lunar-module", "/system", "/devices/nobody"})
    void isAccessibleInBothThemes(String path) throws IOException {
        logIn("/");
        for (String theme : List.of("dark", "light")) {
            page.navigate(at(path));
            if (!theme.equals(page.locator("html").getAttribute("data-theme"))) {
                page.locator("[data-theme-switch]").click();
            }
            if (!path.equals("/login") && !path.endsWith("nobody")) {
                assertThat(page.locator(".worst a, .worst .none")).isVisible();
            }
            for (int[] size : new int[][] {{1280, 800}, {390, 844}}) {
                page.setViewportSize(size[0], size[1]);
                TestBrowser.snapshot(page, path, theme, size[0]);
                assertThat(TestBrowser.violations(page))
                        .as(path + " " + theme + " " + size[0])
                        .isEmpty();
            }
            page.setViewportSize(1280, 800);
        }
    }

    private void logIn(String path) {
        console.logIn(page, "ada", path);
    }

    private void enter(String password) {
        TestConsole.enter(page, "ada", password);
    }

    private void awaitFollower() {
        await().until(() -> console.services.followers() > 0);
        assertThat(page.locator("#link")).hasText("Live");
        assertThat(page.locator("#link")).isVisible();
    }

    private String at(String path) {
        return console.at(path);
    }
}
