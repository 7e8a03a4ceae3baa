package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PageAssertions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.Settings;

/** Every page in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PagesTest {
    private Playwright playwright;
    private Browser browser;
    private StandIn services;
    private ConsoleService console;
    private Page page;
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    void launch() {
        Optional<Path> chromium = Stream.of(
                        System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"),
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome",
                        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (chromium.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI has no Chromium; install it or name it in CHROMIUM");
        }
        Assumptions.assumeTrue(chromium.isPresent(), "no Chromium on this machine; name one in CHROMIUM");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking")));
    }

    @AfterAll
    void quit() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        services = new StandIn();
        String url = services.url().toString();
        var settings = Settings.of(Map.of(
                "console.http.port", "0",
                "console.telemetry.url", url,
                "console.status.url", url,
                "console.crew.url", url));
        console = ConsoleService.start(ConsoleConfig.read(settings.at("console")), Clock.systemUTC());
        complaints.clear();
        page = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 800))
                .newPage();
        page.onConsoleMessage(message -> {
            // Answers with a status of failure are asked for here, and axe reads canvases in its own way.
            boolean refused = message.text().contains("Failed to load resource")
                    || message.text().contains("willReadFrequently");
            if ((message.type().equals("error") || message.type().equals("warning")) && !refused) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
    }

    @AfterEach
    void close() {
        page.context().close();
        console.close();
        services.close();
        assertThat(complaints).as("what the browser complained of, such as CSP").isEmpty();
    }

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
        services.frame("probe-1", Instant.now().plusSeconds(1), "{\"altitude\":77.25}");
        assertThat(page.locator("tr[data-device=probe-1] .now")).hasText("77.25");
        assertThat(page.locator("tr[data-device=probe-1] .mark.warning")).hasText("altitude 77.25 km");
        assertThat(page.locator("#link")).hasText("Live");
    }

    @Test
    void sortsFiltersAndSearchesTheFleet() {
        services.devices = 30;
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
        services.frame(
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
        services.endSessions();
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
        services.telemetryAway = true;
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
                snapshot(path, theme, size[0]);
                assertThat(violations()).as(path + " " + theme + " " + size[0]).isEmpty();
            }
            page.setViewportSize(1280, 800);
        }
    }

    private void snapshot(String path, String theme, int width) {
        String folder = System.getenv("CONSOLE_SCREENSHOTS");
        if (folder != null) {
            String name = path.replaceAll("\\W+", "_") + "-" + theme + "-" + width + ".png";
            page.waitForLoadState(com.microsoft.playwright.options.LoadState.LOAD);
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, name)));
        }
    }

    @SuppressWarnings("unchecked") // evaluate gives what the script returns
    private List<String> violations() throws IOException {
        try (InputStream axe =
                PagesTest.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            assertThat(axe).isNotNull();
            page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<String>)
                page.evaluate(
                        "async () => (await axe.run()).violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' ' + n.failureSummary))");
    }

    private void logIn(String path) {
        page.navigate(at(path.equals("/") ? "/login" : "/login?next=" + path));
        enter(StandIn.PASSWORD);
        assertThat(page).hasURL(at(path));
    }

    private void enter(String password) {
        page.locator("#name").fill("ada");
        page.locator("#password").fill(password);
        page.locator("#password").press("Enter");
    }

    private void awaitFollower() {
        await().until(() -> services.followers() > 0);
        assertThat(page.locator("#link")).hasText("Live");
        assertThat(page.locator("#link")).isVisible();
    }

    private String at(String path) {
        return "http://localhost:" + console.port() + path;
    }
}
