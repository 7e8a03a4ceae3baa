package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A page of a console of its own for every test, in one browser; a test fails of what the browser complains of. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InBrowser {
    TestBrowser browser;
    TestConsole console;
    Page page;

    @BeforeAll
    void launch() {
        // Conditions come late on a machine that does much at once.
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
        browser = TestBrowser.launch();
    }

    @AfterAll
    void quit() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        console = new TestConsole();
        page = browser.page();
    }

    @AfterEach
    void close() {
        page.context().close();
        console.close();
        browser.expectNoComplaints();
    }

    /** Runs axe over the page in both themes, wide and narrow, and leaves pictures where they are wanted. */
    void expectAccessible(String path, String name, Runnable ready) throws IOException {
        for (String theme : List.of("dark", "light")) {
            page.navigate(console.at(path));
            if (!theme.equals(page.locator("html").getAttribute("data-theme"))) {
                page.locator("[data-theme-switch]").click();
            }
            ready.run();
            for (int[] size : new int[][] {{1280, 800}, {390, 844}}) {
                page.setViewportSize(size[0], size[1]);
                TestBrowser.snapshot(page, name, theme, size[0]);
                assertThat(TestBrowser.violations(page))
                        .as(path + " " + theme + " " + size[0])
                        .isEmpty();
            }
            page.setViewportSize(1280, 800);
        }
    }

    /** The header says that it is alive, and knows the limits. */
    void awaitLive() {
        assertThat(page.locator("#link")).hasText("Live");
        assertThat(page.locator(".worst a, .worst .none")).isVisible();
    }
}
