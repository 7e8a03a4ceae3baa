package org.perilune.timeline.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topics;

/** Reads the fields of events, and notes every fault by the field it is in. Null means that nothing can be read. */
public final class EventInput {
    static final String SKIP = "skip";
    static final String RUN_ONCE = "run-once";
    public static final String NAME = "name";
    public static final String TIME = "time";
    public static final String DEVICE = "device";
    public static final String COMMAND = "command";
    public static final String IF_MISSED = "if_missed";
    public static final String REPEAT = "repeat";
    public static final Set<String> FIELDS = Set.of(NAME, TIME, DEVICE, COMMAND, IF_MISSED, REPEAT);

    private static final Set<String> COMMAND_FIELDS = Set.of("command_type", "parameters", "expires_in");
    private static final Pattern COMMAND_TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_PARAMETERS = 16 * 1024;
    private static final int LONGEST_EXPIRY_SECONDS = 604_800;

    private final ObjectNode body;
    private final String prefix;
    private final Faults faults;

    /** @param prefix goes before the names of fields in faults */
    public EventInput(ObjectNode body, String prefix, Faults faults) {
        this.body = body;
        this.prefix = prefix;
        this.faults = faults;
    }

    public void only(Set<String> known) {
        only(body, prefix, known);
    }

    public boolean says(String field) {
        return body.has(field);
    }

    /** Neither left out nor null. */
    public boolean gives(String field) {
        return body.hasNonNull(field);
    }

    @Nullable
    public String name() {
        JsonNode name = body.path(NAME);
        if (name.isMissingNode() || name.isNull()) {
            return fault(NAME, "is missing");
        }
        String text = name.isTextual() ? name.textValue().strip() : "";
        boolean fits = text.codePoints().noneMatch(Character::isISOControl)
                && !text.isEmpty()
                && text.codePointCount(0, text.length()) <= LONGEST_NAME;
        return fits ? text : fault(NAME, "must be a text of 1 to " + LONGEST_NAME + " characters on one line");
    }

    @Nullable
    public Instant time() {
        JsonNode time = body.path(TIME);
        if (time.isMissingNode() || time.isNull()) {
            fault(TIME, "is missing");
            return null;
        }
        if (!time.isTextual()) {
            fault(TIME, "must be a text such as 2026-11-21T02:38:00Z");
            return null;
        }
        try {
            Instant instant = toMillis(TimeText.parse(time.textValue()));
            if (!instant.isBefore(Instant.EPOCH) && !instant.isAfter(Schedule.LATEST)) {
                return instant;
            }
            fault(TIME, "must be of the years 1970 to 9999");
        } catch (IllegalArgumentException fault) {
            fault(TIME, String.valueOf(fault.getMessage()));
        }
        return null;
    }

    /** Never earlier than what was asked for. */
    private static Instant toMillis(Instant instant) {
        Instant cut = instant.truncatedTo(ChronoUnit.MILLIS);
        return cut.equals(instant) ? cut : cut.plusMillis(1);
    }

    @Nullable
    public String device() {
        JsonNode device = body.path(DEVICE);
        if (device.isTextual() && Topics.DEVICE_NAME.matcher(device.textValue()).matches()) {
            return device.textValue();
        }
        return fault(DEVICE, "must be a device's name: up to 64 letters, digits, '.', '_' and '-'");
    }

    public boolean runOnce() {
        String policy = body.path(IF_MISSED).asText();
        if (!policy.equals(SKIP) && !policy.equals(RUN_ONCE)) {
            fault(IF_MISSED, "must be " + SKIP + " or " + RUN_ONCE);
        }
        return policy.equals(RUN_ONCE);
    }

    @Nullable
    public String repeat() {
        JsonNode repeat = body.path(REPEAT);
        if (!repeat.isTextual()) {
            return fault(REPEAT, "must be five cron fields, as text");
        }
        try {
            Schedule.parse(repeat.textValue());
            return repeat.textValue();
        } catch (IllegalArgumentException failure) {
            return fault(REPEAT, String.valueOf(failure.getMessage()));
        }
    }

    @Nullable
    public EventCommand command() {
        if (!(body.path(COMMAND) instanceof ObjectNode command)) {
            fault(COMMAND, "must be an object with command_type and parameters");
            return null;
        }
        only(command, prefix + COMMAND + ".", COMMAND_FIELDS);
        JsonNode type = command.path("command_type");
        boolean known =
                type.isTextual() && COMMAND_TYPE.matcher(type.textValue()).matches();
        if (!known) {
            fault(COMMAND + ".command_type", "must be the name of a command, such as SET_ATTITUDE");
        }
        String parameters = parameters(command);
        Integer expires = expires(command);
        return known && parameters != null ? new EventCommand(type.textValue(), parameters, expires, null) : null;
    }

    private @Nullable String parameters(ObjectNode command) {
        if (!command.hasNonNull("parameters")) {
            return "{}";
        }
        JsonNode parameters = command.get("parameters");
        if (!parameters.isObject()) {
            return fault(COMMAND + ".parameters", "must be an object");
        }
        String text = parameters.toString();
        return text.length() <= LONGEST_PARAMETERS
                ? text
                : fault(COMMAND + ".parameters", "must be at most " + LONGEST_PARAMETERS + " characters");
    }

    private @Nullable Integer expires(ObjectNode command) {
        if (!command.hasNonNull("expires_in")) {
            return null;
        }
        JsonNode expires = command.get("expires_in");
        if (expires.isIntegralNumber()
                && expires.canConvertToInt()
                && expires.intValue() >= 1
                && expires.intValue() <= LONGEST_EXPIRY_SECONDS) {
            return expires.intValue();
        }
        fault(COMMAND + ".expires_in", "must be a whole number of seconds from 1 to " + LONGEST_EXPIRY_SECONDS);
        return null;
    }

    private void only(ObjectNode object, String path, Set<String> known) {
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                String shown = field.length() <= 64 ? field : field.substring(0, 63) + "…";
                faults.add(path + shown, "there is no such field");
            }
        });
    }

    private @Nullable String fault(String field, String detail) {
        faults.add(prefix + field, detail);
        return null;
    }
}
