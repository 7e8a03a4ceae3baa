package org.perilune.commanddispatcher.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.dictionary.CommandType;
import org.perilune.commanddispatcher.dictionary.Dictionary;
import org.perilune.commanddispatcher.dictionary.DictionaryVersion;

/** The dictionary over HTTP; see {@code docs/api.md}. */
public final class DictionaryRoutes {
    private static final Pattern DEVICE_TYPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Dictionary dictionary;

    public DictionaryRoutes(Dictionary dictionary) {
        this.dictionary = dictionary;
    }

    public void register(JavalinConfig javalin) {
        javalin.routes.get("/dictionary", this::all, Access.VIEWER);
        javalin.routes.get("/dictionary/{type}", this::one, Access.VIEWER);
        javalin.routes.put("/dictionary/{type}", this::change, Access.ADMINISTRATOR);
    }

    private void all(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.json(Map.of("device_types", dictionary.all()));
    }

    private void one(Context context) {
        Requests.onlyParameters(context, Set.of("version"));
        String type = context.pathParam("type");
        int wanted = Requests.integer(context, "version", 0, 1, Integer.MAX_VALUE);
        Optional<DictionaryVersion> found = Optional.empty();
        if (DEVICE_TYPE.matcher(type).matches()) {
            found = wanted == 0 ? dictionary.newest(type) : dictionary.version(type, wanted);
        }
        context.json(
                found.orElseThrow(() -> new ServiceException.NotFound("No commands are declared for the device type "
                        + TextValidation.shortened(type) + (wanted == 0 ? "" : " in a version " + wanted))));
    }

    private void change(Context context) {
        String type = context.pathParam("type");
        JsonObjectReader in = JsonObjectReader.of(Requests.json(context, ObjectNode.class));
        if (!DEVICE_TYPE.matcher(type).matches()) {
            in.fault("device_type", "must be 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first");
        }
        List<CommandType> commands = DictionaryVersion.readCommands(in);
        Integer version =
                in.integer("version", 0, Integer.MAX_VALUE).map(Long::intValue).orElse(null);
        in.end();
        in.check();
        String by = HttpListener.principal(context).name();
        context.json(dictionary.change(type, commands, version, by));
    }
}
