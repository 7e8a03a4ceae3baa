package org.perilune.telemetry.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.ServiceException.Fault;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.store.FrameStore;
import org.perilune.telemetry.store.Times;

/** {@code POST /input}: one reading, stored before it is answered. */
public final class InputRoute {
    private static final String DEFAULT_DEVICE = "lunar-module";
    private static final BigInteger EXACT_IN_DOUBLE = BigInteger.ONE.shiftLeft(53);
    private static final Pattern LEAP_SECOND = Pattern.compile(".*T\\d{2}:\\d{2}:60(\\.\\d*)?(Z|[+-].*)");
    private static final Set<String> TEXTS = Set.of("timestamp", "status", "device");

    private final FrameStore store;
    private final Clock clock;

    public InputRoute(FrameStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    public void handle(Context context) {
        ObjectNode body = Requests.json(context, ObjectNode.class);
        var faults = new ArrayList<Fault>();
        String device = body.has("device") ? text(body, "device", faults) : DEFAULT_DEVICE;
        if (!Topics.DEVICE_NAME.matcher(device).matches()) {
            faults.add(new Fault("device", "must be letters, digits, '-', '_' and '.', at most 64"));
        }
        Instant time = time(text(body, "timestamp", faults), faults);
        String status = text(body, "status", faults);
        String statusFault = TelemetryLimits.textFault(status);
        if (statusFault != null) {
            faults.add(new Fault("status", statusFault));
            status = "";
        }
        var frame = Frame.newBuilder().setTimeMicros(Times.micros(time)).setStatus(status);
        addValues(frame, body, faults);
        if (frame.getValuesCount() > TelemetryLimits.MOST_VALUES) {
            faults.add(new Fault("values", "are more than " + TelemetryLimits.MOST_VALUES));
        }
        if (!faults.isEmpty()) {
            throw new ServiceException.Invalid("Wrong fields: " + names(faults), List.copyOf(faults));
        }
        String header = context.header(TraceContext.HEADER);
        UUID trace = header == null
                ? null
                : TraceContext.parse(header).map(TraceContext::traceId).orElse(null);
        FrameStore.Inserted inserted = insert(device, frame.build(), trace);
        context.status(201)
                .result(Json.bytes(Map.of(
                        "device", device,
                        "timestamp", time.toString(),
                        "epoch", Long.toString(inserted.epoch()),
                        "seq", Long.toString(inserted.seq()),
                        "duplicate", inserted.duplicate())));
    }

    private FrameStore.Inserted insert(String device, Frame frame, @Nullable UUID trace) {
        try {
            return store.insert(device, frame, clock.instant(), trace);
        } catch (SQLException failure) {
            throw new ReadingQueries.DatabaseFailedException(failure);
        }
    }

    private static void addValues(Frame.Builder frame, ObjectNode body, List<Fault> faults) {
        for (String name : List.of("position", "speed")) {
            if (!body.has(name)) {
                faults.add(new Fault(name, "is missing"));
            }
        }
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            if (TEXTS.contains(field.getKey())) {
                continue;
            }
            String name = field.getKey();
            String fault = fault(name, field.getValue());
            if (fault == null) {
                frame.addValues(value(field.getValue()).setName(name));
            } else {
                faults.add(
                        new Fault(TelemetryLimits.textFault(name) == null ? name : TelemetryLimits.shown(name), fault));
            }
        }
    }

    private static @Nullable String fault(String name, JsonNode value) {
        if (ReadingJson.MEMBERS.contains(name)) {
            return "is a member of every reading and cannot be the name of a value";
        }
        if (!TelemetryLimits.isName(name)) {
            return "cannot be the name of a value, which is " + TelemetryLimits.NAME_RULE;
        }
        if (!value.isNumber()) {
            return "must be a number";
        }
        if (!Double.isFinite(value.doubleValue())) {
            return "is too large: numbers go up to about 1.8e308";
        }
        if (value.isBigInteger()) {
            return "is a whole number of more than 64 bits, which could not be kept exactly; give it with a fraction"
                    + " or exponent if that does not matter";
        }
        return null;
    }

    /** Whole numbers that a double would change are kept as what they are. */
    private static Value.Builder value(JsonNode number) {
        return number.isIntegralNumber() && number.bigIntegerValue().abs().compareTo(EXACT_IN_DOUBLE) > 0
                ? Value.newBuilder().setInteger(number.longValue())
                : Value.newBuilder().setNumber(number.doubleValue());
    }

    private static String text(ObjectNode body, String name, List<Fault> faults) {
        JsonNode value = body.get(name);
        if (value == null) {
            faults.add(new Fault(name, "is missing"));
            return "";
        }
        if (!value.isTextual()) {
            faults.add(new Fault(name, "must be text"));
            return "";
        }
        return value.textValue();
    }

    private static Instant time(String text, List<Fault> faults) {
        if (text.isEmpty()) {
            return Instant.EPOCH; // said to be missing or wrong already
        }
        try {
            Instant time = Instant.parse(text);
            if (time.isAfter(Instant.EPOCH) && !time.isAfter(Times.LATEST)) {
                return time;
            }
        } catch (DateTimeParseException ignored) {
            // Answered below, like an instant out of range.
        }
        faults.add(new Fault(
                "timestamp",
                LEAP_SECOND.matcher(text).matches()
                        ? "is a leap second, of which clocks here know nothing; send it as second 59"
                        : "must be an instant after 1970 and before 10000 such as 2026-11-21T02:38:00Z"));
        return Instant.EPOCH;
    }

    private static List<String> names(List<Fault> faults) {
        return faults.stream().map(Fault::field).distinct().toList();
    }
}
