package org.perilune.commanddispatcher.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.dictionary.CommandType;
import org.perilune.commanddispatcher.dictionary.Dictionary;
import org.perilune.commanddispatcher.dictionary.DictionaryVersion;
import org.perilune.commanddispatcher.dictionary.VerificationRule;
import org.perilune.commanddispatcher.lifecycle.CommandJson;
import org.perilune.commanddispatcher.lifecycle.CommandRecord;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.CommandStore;
import org.perilune.commanddispatcher.lifecycle.NewCommand;
import org.perilune.commanddispatcher.uplink.Uplink;
import org.perilune.contracts.Topics;

/** {@code POST /dispatch}: everything is checked first, then stored, then answered. */
public final class DispatchRoute {
    private static final String DEFAULT_DEVICE = "lunar-module";
    private static final int MOST_BYTES = 64 * 1024;
    private static final Pattern COMMAND_TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern PERSON = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}|program:cli");

    private final Dictionary dictionary;
    private final DeviceDirectory devices;
    private final Intake intake;
    private final CommandStore store;
    private final AskerRights rights;
    private final Uplink uplink;
    private final Clock clock;

    public DispatchRoute(
            Dictionary dictionary,
            DeviceDirectory devices,
            Intake intake,
            CommandStore store,
            AskerRights rights,
            Uplink uplink,
            Clock clock) {
        this.dictionary = dictionary;
        this.devices = devices;
        this.intake = intake;
        this.store = store;
        this.rights = rights;
        this.uplink = uplink;
        this.clock = clock;
    }

    /** A request that was read; what it asks for may yet be impossible. */
    private record Dispatch(
            JsonObjectReader in,
            String commandType,
            ObjectNode parameters,
            String device,
            Optional<Long> expiresIn,
            boolean dryRun,
            @Nullable ObjectNode verify,
            String requestedBy) {}

    public void handle(Context context) {
        Principal principal = HttpListener.principal(context);
        if (context.contentLength() > MOST_BYTES || context.bodyAsBytes().length > MOST_BYTES) {
            throw new ContentTooLargeResponse("A command may have " + MOST_BYTES + " bytes at most");
        }
        ObjectNode body = Requests.json(context, ObjectNode.class);
        Optional<IdempotencyKey> key = IdempotencyKey.of(context, body);
        Dispatch dispatch = read(body, principal);
        NewCommand command;
        try {
            command = compose(dispatch, principal, key, Requests.trace(context).toString());
        } catch (ServiceException refusal) {
            // What was taken once stays taken, though the device or the dictionary may be others by now.
            Optional<CommandRecord> before = dispatch.dryRun() ? Optional.empty() : before(principal, key);
            if (before.isEmpty()) {
                throw refusal;
            }
            answer(context, before.get());
            return;
        }
        if (dispatch.dryRun()) {
            context.status(200).result(CommandJson.dryRun(command.command()));
            return;
        }
        CommandRecord taken = intake.take(command);
        uplink.wake();
        answer(context, taken);
    }

    private static void answer(Context context, CommandRecord command) {
        context.status(202).header("Location", "/commands/" + command.id()).result(CommandJson.one(command));
    }

    private static Dispatch read(ObjectNode body, Principal principal) {
        JsonObjectReader in = JsonObjectReader.of(body);
        var dispatch = new Dispatch(
                in,
                in.name("command_type", COMMAND_TYPE, "must be the name of a command"),
                in.object("parameters").orElseGet(JsonNodeFactory.instance::objectNode),
                in.optionalName("device", Topics.DEVICE_NAME, "must be the name of a device")
                        .orElse(DEFAULT_DEVICE),
                in.integer("expires_in", 1, CommandType.LONGEST_EXPIRY),
                in.flag("dry_run", false),
                in.object("verify").orElse(null),
                in.optionalName("on_behalf_of", PERSON, "must be the name of a person")
                        .orElse(principal.name()));
        in.end();
        if (in.any("on_behalf_of") != null && !principal.isService()) {
            throw new ServiceException.Forbidden("on_behalf_of: only Perilune's own services may say for whom they ask."
                    + " Leave it out: the command is yours, " + principal.name() + ".");
        }
        return dispatch;
    }

    private NewCommand compose(Dispatch dispatch, Principal principal, Optional<IdempotencyKey> key, String trace) {
        JsonObjectReader in = dispatch.in();
        if (!dispatch.requestedBy().equals(principal.name())) {
            rights.check(dispatch.requestedBy());
        }
        Optional<DictionaryVersion> declared = in.isSound() ? declared(dispatch) : Optional.empty();
        Optional<CommandType> known = declared.flatMap(version -> version.command(dispatch.commandType()));
        if (declared.isPresent() && known.isEmpty()) {
            in.fault(
                    "command_type",
                    "devices of the type " + declared.get().deviceType()
                            + " have no command " + dispatch.commandType() + "; GET /dictionary/"
                            + declared.get().deviceType() + " lists what they have");
        }
        in.check();
        CommandType type = known.orElseThrow();
        ObjectNode parameters = type.accept(dispatch.parameters(), in);
        if (dispatch.verify() != null) {
            VerificationRule.check(in.within(dispatch.verify(), "verify"), type.arguments());
        }
        in.check();
        ObjectNode verification = VerificationRule.resolve(
                dispatch.verify() == null ? type.verification() : dispatch.verify(), parameters);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var command = new CommandRecord(
                Ids.next(clock),
                dispatch.device(),
                declared.orElseThrow().deviceType(),
                declared.orElseThrow().version(),
                type.name(),
                parameters.toString(),
                type.significance(),
                type.significance() == CommandType.Significance.CRITICAL ? CommandState.HELD : CommandState.ACCEPTED,
                "",
                null,
                dispatch.requestedBy(),
                principal.name(),
                now,
                now.plusSeconds(dispatch.expiresIn().orElse(type.expiresInSeconds())),
                null,
                verification == null ? null : verification.toString(),
                null,
                0,
                now,
                1);
        return new NewCommand(command, type.repeatable(), key.orElse(null), trace);
    }

    private Optional<DictionaryVersion> declared(Dispatch dispatch) {
        Optional<String> type = devices.typeOf(dispatch.device());
        if (type.isEmpty()) {
            dispatch.in().fault("device", "there is no device of that name");
            return Optional.empty();
        }
        if (type.get().isEmpty()) {
            dispatch.in()
                    .fault(
                            "device",
                            "it has never said of what type it is, so it is not known what it can be told;"
                                    + " it says so when it connects");
            return Optional.empty();
        }
        Optional<DictionaryVersion> version = dictionary.newest(type.get());
        if (version.isEmpty()) {
            dispatch.in()
                    .fault(
                            "device",
                            "no commands are declared for devices of the type " + type.get()
                                    + "; an administrator can do so with PUT /dictionary/" + type.get());
        }
        return version;
    }

    private Optional<CommandRecord> before(Principal principal, Optional<IdempotencyKey> key) {
        return key.flatMap(given -> store.find(principal.name(), given.value())
                .filter(keyed -> keyed.requestHash().equals(given.hash()))
                .map(CommandStore.Keyed::command));
    }
}
