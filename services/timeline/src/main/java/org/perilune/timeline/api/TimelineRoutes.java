package org.perilune.timeline.api;

import io.javalin.config.JavalinConfig;
import org.perilune.chassis.http.Access;
import org.perilune.timeline.store.Followers;

/** The HTTP interface; see {@code docs/api.md}. */
public final class TimelineRoutes {
    private final DataRoute data;
    private final InputRoute input;
    private final ChangeRoute change;
    private final LiveRoute live;
    private final Followers followers;

    public TimelineRoutes(DataRoute data, InputRoute input, ChangeRoute change, LiveRoute live, Followers followers) {
        this.data = data;
        this.input = input;
        this.change = change;
        this.live = live;
        this.followers = followers;
    }

    public void register(JavalinConfig javalin) {
        // Streams never end by themselves: stopping would wait for them in vain.
        javalin.events.serverStopping(followers::close);
        javalin.routes.get("/data", data::page, Access.VIEWER);
        javalin.routes.get("/data/{id}", data::one, Access.VIEWER);
        javalin.routes.post("/input", input::one, Access.OPERATOR);
        javalin.routes.post("/inputs", input::many, Access.OPERATOR);
        javalin.routes.patch("/data/{id}", change::change, Access.OPERATOR);
        javalin.routes.post("/data/{id}/cancel", change::cancel, Access.OPERATOR);
        javalin.routes.get("/stream", live::handle, Access.VIEWER);
    }
}
