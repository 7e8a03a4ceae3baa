package org.perilune.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The last traces, in a real browser. */
final class TracesPageTest extends InBrowser {
    private static final String POST = """
            {"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"a","service":"posts","name":"POST /posts","kind":"server","began_us":1795228680000000,"duration_us":20000,"failed":false,"attributes":{"http.response.status_code":"201"}},
            {"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b","parent_id":"a","service":"posts","name":"postgresql insert","kind":"client","began_us":1795228680004000,"duration_us":9000,"failed":false,"attributes":{"db.query.text":"insert into posts"}},
            {"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"c","parent_id":"a","service":"query","name":"handle PostCreated","kind":"consumer","began_us":1795228680031000,"duration_us":14000,"failed":true,"attributes":{"error.message":"<b>no</b>"}}""";

    private static final String FRAME = """
            {"trace_id":"1bf7651916cd43dd8448eb211c80319c","span_id":"d","service":"batch-router","name":"mqtt to redis","kind":"consumer","began_us":1795228690000000,"duration_us":1500,"failed":false,"attributes":{"messaging.destination.name":"fleet/eagle/telemetry"}}""";

    @BeforeEach
    void record() {
        console.services.traces = "{\"spans\":[" + POST + "," + FRAME + "],\"away\":[\"comments\"]}";
    }

    private Locator trace(String name) {
        return page.locator("details.trace").filter(new Locator.FilterOptions().setHasText(name));
    }

    @Test
    void showsStepsBelowEachOtherAndWhatFailed() {
        console.logIn(page, "ada", "/traces");
        Locator post = trace("POST /posts");
        assertThat(post.locator("summary")).containsText("45 ms");
        assertThat(post.locator("summary")).containsText("failed");
        assertThat(post.locator("summary")).containsText("posts → query");
        post.locator("summary").click();
        assertThat(post.locator("tbody tr")).hasCount(3);
        assertThat(post.locator("tbody .mark.critical")).hasText("handle PostCreated");
        assertThat(post.locator("svg rect").last()).hasAttribute("x", "68.89%");
        assertThat(page.locator(".notice")).containsText("Steps of comments are missing here");
    }

    @Test
    void findsByAnythingThatWasNoted() {
        console.logIn(page, "ada", "/traces");
        page.locator("[name=q]").fill("EAGLE");
        page.locator("[name=q]").press("Enter");
        assertThat(page.locator("details.trace")).hasCount(1);
        assertThat(trace("mqtt to redis")).isVisible();
        page.navigate(console.at("/traces?failed=yes"));
        assertThat(page.locator("details.trace")).hasCount(1);
        assertThat(trace("POST /posts")).isVisible();
    }

    @Test
    void isAccessibleInBothThemes() throws IOException {
        console.logIn(page, "ada", "/traces");
        expectAccessible(
                "/traces",
                "/traces",
                () -> trace("POST /posts").locator("summary").click());
    }
}
