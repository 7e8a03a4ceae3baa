package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.options.BoundingBox;
import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a mouse does over plots. */
final class PlotsTest extends InBrowser {
    private Locator plot;
    private Locator all;

    @BeforeEach
    void openPlots() {
        console.logIn(page, "ada", "/devices/lunar-module");
        plot = page.locator("figure").first();
        all = plot.getByText("All values");
        assertThat(plot).hasAccessibleDescription(Pattern.compile(".*values from .* km, the last .*"));
        assertThat(plot.locator(".u-over")).isVisible();
        plot.scrollIntoViewIfNeeded();
    }

    /** From a share of the plot to another one; shares are of its width and height. */
    private void drag(double fromX, double fromY, double toX, double toY) {
        BoundingBox box = plot.locator(".u-over").boundingBox();
        page.mouse().move(box.x + box.width * fromX, box.y + box.height * fromY);
        page.mouse().down();
        page.mouse().move(box.x + box.width * toX, box.y + box.height * toY, new Mouse.MoveOptions().setSteps(5));
        page.mouse().up();
    }

    @Test
    void aDragToTheSideChoosesATime() {
        drag(0.25, 0.5, 0.75, 0.5);
        assertThat(page.locator("#plots")).hasAttribute("data-span", Pattern.compile("4[45]\\d{4}"));
        assertThat(all).isHidden();
        plot.locator(".u-over").dblclick();
        assertThat(page.locator("#plots")).hasAttribute("data-span", "900000");
    }

    @Test
    void aDragUpwardsChoosesValues() {
        drag(0.5, 0.75, 0.5, 0.25);
        assertThat(all).isVisible();
        assertThat(page.locator("#plots")).not().hasAttribute("data-span", Pattern.compile("4[45]\\d{4}"));
        all.click();
        assertThat(all).isHidden();
    }

    @Test
    void aLogarithmicAxisStaysOverAReload() throws IOException {
        Locator powers = page.locator("[aria-label='Logarithmic axis of altitude']");
        assertThat(powers).hasAttribute("aria-pressed", "false");
        powers.click();
        assertThat(powers).hasAttribute("aria-pressed", "true");
        page.waitForURL("**/*log=altitude*");
        page.reload();
        assertThat(powers).hasAttribute("aria-pressed", "true");
        assertThat(plot.locator(".u-over")).isVisible();
        expectAccessible(
                "/devices/lunar-module?log=altitude",
                "plots",
                () -> assertThat(plot.locator(".u-over")).isVisible());
    }

    @Test
    void shiftAndADragPan() {
        page.keyboard().down("Shift");
        drag(0.25, 0.5, 0.75, 0.5);
        page.keyboard().up("Shift");
        assertThat(page.locator("[data-span='900']")).hasAttribute("aria-pressed", "false");
        assertThat(page.locator("#plots")).hasAttribute("data-span", "900000");
    }

    @Test
    void thePointerIsReadInAllPlots() {
        BoundingBox box = plot.locator(".u-over").boundingBox();
        page.mouse().move(box.x + box.width / 2, box.y + box.height / 2);
        assertThat(page.locator("#readout")).containsText("altitude");
        assertThat(page.locator("#readout")).containsText("speed");
        page.mouse().move(0, 0);
        assertThat(page.locator("#readout")).hasText(Pattern.compile("\\s*"));
    }
}
