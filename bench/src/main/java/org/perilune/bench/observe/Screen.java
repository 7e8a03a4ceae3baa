package org.perilune.bench.observe;

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
import org.perilune.bench.instance.Instance;
import org.perilune.bench.report.BenchException;

/** A page of the console in a real browser, which notes what is read on it and when. Not safe for threads. */
public final class Screen implements AutoCloseable {
    private final Playwright playwright;
    private final Page page;

    /** What was read, and the browser's clock then. */
    public record Seen(String what, long millis) {}

    private Screen(Playwright playwright, Page page) {
        this.playwright = playwright;
        this.page = page;
    }

    /**
     * @param ready selectors of what must be there before anything is measured
     * @throws BenchException without a Chromium, or when the page does not come
     */
    public static Screen open(Instance instance, String path, List<String> ready) {
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
            page.navigate("http://localhost:" + instance.servicePort("console") + "/login?next=" + path);
            page.locator("#name").fill("admin");
            page.locator("#password").fill(instance.administratorPassword());
            page.locator("#password").press("Enter");
            ready.forEach(selector -> page.locator(selector).first().waitFor());
            return new Screen(playwright, page);
        } catch (PlaywrightException failure) {
            playwright.close();
            throw new BenchException("The page did not come: " + failure.getMessage(), failure);
        }
    }

    /**
     * Begins anew to note what is read. A message that is posted while a frame of the screen is being made arrives
     * after that frame was painted: so the time is that of the picture, not of the write to the page.
     *
     * @param watched expression of the element whose changes are looked at
     * @param look function of that element and of another function, which it tells what it reads
     */
    public void watch(String watched, String look) {
        page.evaluate("""
                () => {
                  const watched = %s;
                  const look = %s;
                  window.benchSeen = [];
                  const painted = new MessageChannel();
                  painted.port1.onmessage = (event) => window.benchSeen.push([event.data, Date.now()]);
                  const tell = (seen) => painted.port2.postMessage(seen);
                  window.benchWatch?.disconnect();
                  window.benchWatch = new MutationObserver(() => look(watched, tell));
                  window.benchWatch.observe(watched, { childList: true, characterData: true, subtree: true });
                }""".formatted(watched, look));
    }

    /** What was read since {@link #watch}, in that order. */
    public List<Seen> seen() {
        var seen = new ArrayList<Seen>();
        if (page.evaluate("() => window.benchSeen") instanceof List<?> all) {
            for (Object one : all) {
                if (one instanceof List<?> pair && pair.get(1) instanceof Number millis) {
                    seen.add(new Seen(pair.getFirst().toString(), millis.longValue()));
                }
            }
        }
        return seen;
    }

    /** Lets the browser go on for a moment. */
    public void settle() {
        page.waitForTimeout(500);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
