package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.LoadState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The Chromium of this machine, and what it complains of. */
final class TestBrowser implements AutoCloseable {
    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private TestBrowser(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Skips the tests where there is none, except in CI. */
    static TestBrowser launch() {
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
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking")));
        return new TestBrowser(playwright, browser);
    }

    /** A browser of its own, with nobody logged in. */
    Page page() {
        Page page = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 800))
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
        return page;
    }

    /** Such as a breach of the content security policy. */
    void expectNoComplaints() {
        var said = List.copyOf(complaints);
        complaints.clear();
        assertThat(said).as("what the browser complained of").isEmpty();
    }

    /** Leaves a picture in the folder that the environment names, for a person to look at. */
    static void snapshot(Page page, String path, String theme, int width) {
        String folder = System.getenv("CONSOLE_SCREENSHOTS");
        if (folder != null) {
            String name = path.replaceAll("\\W+", "_") + "-" + theme + "-" + width + ".png";
            page.waitForLoadState(LoadState.LOAD);
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, name)));
        }
    }

    @SuppressWarnings("unchecked") // evaluate gives what the script returns
    static List<String> violations(Page page) throws IOException {
        try (InputStream axe =
                TestBrowser.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            assertThat(axe).isNotNull();
            page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<String>)
                page.evaluate(
                        "async () => (await axe.run()).violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' ' + n.failureSummary))");
    }

    @Override
    public void close() {
        playwright.close();
    }
}
