package org.perilune.bench;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A device's page in a real browser, which notes what its altitude reads and when. Not safe for threads. */
final class Screen implements AutoCloseable {
    /**
     * A message that is posted while a frame of the screen is being made arrives after that frame was painted: so the
     * time is that of the picture, not of the write to the page.
     */
    private static final String WATCH = """
            () => {
              const row = [...document.querySelectorAll('#values tr')]
                .find((one) => one.querySelector('th').textContent === 'altitude');
              const cell = row.querySelector('.value');
              window.benchSeen = [];
              const painted = new MessageChannel();
              painted.port1.onmessage = (event) => window.benchSeen.push([event.data, Date.now()]);
              window.benchWatch?.disconnect();
              window.benchWatch = new MutationObserver(() => painted.port2.postMessage(cell.textContent));
              window.benchWatch.observe(cell, { childList: true, characterData: true, subtree: true });
            }""";

    private final Playwright playwright;
    private final Page page;

    /** One value as it was read. */
    record Seen(double value, long millis) {}

    private Screen(Playwright playwright, Page page) {
        this.playwright = playwright;
        this.page = page;
    }

    /** @throws BenchException without a Chromium, or when the page does not come */
    static Screen open(Instance instance, String device) {
        Path chromium = Stream.of(
                        System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"),
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome",
                        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new BenchException("There is no Chromium on this machine; name one in CHROMIUM"));
        var playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            Browser browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(chromium)
                            .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking")));
            Page page = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 800))
                    .newPage();
            // Browsers take secure cookies over plain HTTP from localhost.
            page.navigate("http://localhost:" + instance.servicePort("console") + "/login?next=/devices/" + device);
            page.locator("#name").fill("admin");
            page.locator("#password").fill(instance.administratorPassword());
            page.locator("#password").press("Enter");
            page.locator("#values tr").first().waitFor();
            page.locator("#link.alive").waitFor();
            return new Screen(playwright, page);
        } catch (PlaywrightException failure) {
            playwright.close();
            throw new BenchException("The page did not come: " + failure.getMessage(), failure);
        }
    }

    /** Begins anew to note what is read. */
    void watch() {
        page.evaluate(WATCH);
    }

    /** What was read since {@link #watch}, in that order. */
    List<Seen> seen() {
        var seen = new ArrayList<Seen>();
        if (page.evaluate("() => window.benchSeen") instanceof List<?> all) {
            for (Object one : all) {
                if (one instanceof List<?> pair && pair.get(1) instanceof Number millis) {
                    seen.add(new Seen(Double.parseDouble(pair.getFirst().toString()), millis.longValue()));
                }
            }
        }
        return seen;
    }

    /** Lets the browser go on for a moment. */
    void settle() {
        page.waitForTimeout(500);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
