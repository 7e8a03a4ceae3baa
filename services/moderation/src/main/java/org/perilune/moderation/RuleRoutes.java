package org.perilune.moderation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Set;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.JsonObjectReader;

/** The rules over HTTP; see {@code docs/api.md}. */
final class RuleRoutes {
    /** Longer than what comments takes, so that rules for lengths can be tried. */
    private static final int LONGEST_TRIED = 20_000;

    private final RuleStore store;

    RuleRoutes(RuleStore store) {
        this.store = store;
    }

    void register(JavalinConfig javalin) {
        javalin.routes.get("/rules", this::newest, Access.VIEWER);
        javalin.routes.put("/rules", this::change, Access.FLIGHT_DIRECTOR);
        javalin.routes.post("/rules/try", this::attempt, Access.OPERATOR);
    }

    private void newest(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.json(store.newest());
    }

    private void change(Context context) {
        Requests.onlyParameters(context, Set.of());
        JsonObjectReader in = JsonObjectReader.of(Requests.json(context, ObjectNode.class));
        int version = in.integer("version", 1, Integer.MAX_VALUE - 1)
                .map(Long::intValue)
                .orElse(0);
        if (in.any("version") == null) {
            in.fault("version", "is missing: the version that this one is to follow");
        }
        List<Rule> rules = RuleReader.read(in);
        in.end();
        in.check();
        context.json(
                store.change(version, rules, HttpListener.principal(context).name()));
    }

    private void attempt(Context context) {
        Requests.onlyParameters(context, Set.of());
        JsonObjectReader in = JsonObjectReader.of(Requests.json(context, ObjectNode.class));
        String text = UserText.text(in, "text", LONGEST_TRIED);
        boolean given = in.any("rules") != null;
        List<Rule> rules = given ? RuleReader.read(in) : List.of();
        in.end();
        in.check();
        context.json(RuleSet.judge(given ? rules : store.newest().rules(), text, Rates.NONE));
    }
}
