package org.perilune.console.rendering;

import gg.jte.Content;
import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.perilune.console.pages.JteframeGenerated;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.contracts.Role;

/** Writes templates into answers. Templates are compiled in the build and called like any method. */
public final class Pages {
    private final String mission;
    private final Optional<Instant> missionStart;
    private final Assets assets;
    private final SessionCookie cookie;
    private final Clock clock;

    /**
     * What the frame around every page shows.
     *
     * @param person empty when nobody is logged in
     * @param formToken empty when nobody is logged in
     * @param operates whether the person may send commands
     * @param directs whether the person may approve them
     */
    public record Frame(
            String title,
            String active,
            String mission,
            Optional<Instant> missionStart,
            String theme,
            String assets,
            String person,
            String role,
            String formToken,
            boolean operates,
            boolean directs,
            Instant now) {
        public List<Entry> navigation() {
            return NAVIGATION;
        }
    }

    /** A page that every page leads to. */
    public record Entry(String key, String path, String title) {}

    private static final List<Entry> NAVIGATION = List.of(
            new Entry("fleet", "/", "Fleet"),
            new Entry("commands", "/commands", "Commands"),
            new Entry("timeline", "/timeline", "Timeline"),
            new Entry("log", "/log", "Flight log"),
            new Entry("system", "/system", "System"));

    /** @param missionStart where mission-elapsed time begins; empty: no such clock is shown */
    public Pages(String mission, Optional<Instant> missionStart, Assets assets, SessionCookie cookie, Clock clock) {
        this.mission = mission;
        this.missionStart = missionStart;
        this.assets = assets;
        this.cookie = cookie;
        this.clock = clock;
    }

    public Instant now() {
        return clock.instant();
    }

    public Frame frame(Context context, String title, String active, Optional<Sessions.Access> access) {
        String theme = "light".equals(context.cookie("theme")) ? "light" : "dark";
        return new Frame(
                title,
                active,
                mission,
                missionStart,
                theme,
                assets.base(),
                access.map(Sessions.Access::name).orElse(""),
                access.map(one -> one.role().wireName().replace('-', ' ')).orElse(""),
                access.flatMap(ignored -> cookie.session(context))
                        .map(SessionCookie::formToken)
                        .orElse(""),
                access.filter(one -> one.role().includes(Role.OPERATOR)).isPresent(),
                access.filter(one -> one.role().includes(Role.FLIGHT_DIRECTOR)).isPresent(),
                clock.instant());
    }

    /** A whole page: the frame with a body in it. */
    public void page(Context context, Frame frame, Consumer<HtmlTemplateOutput> body) {
        fragment(context, out -> JteframeGenerated.render(out, NoInterceptor.NONE, frame, new Body(out, body)));
    }

    public void fragment(Context context, Consumer<HtmlTemplateOutput> body) {
        context.contentType("text/html; charset=utf-8").result(text(body));
    }

    public static String text(Consumer<HtmlTemplateOutput> body) {
        var text = new StringOutput(8 * 1024);
        body.accept(new OwaspHtmlTemplateOutput(text));
        return text.toString();
    }

    private record Body(HtmlTemplateOutput out, Consumer<HtmlTemplateOutput> body) implements Content {
        @Override
        public void writeTo(gg.jte.TemplateOutput ignored) {
            body.accept(out);
        }
    }
}
