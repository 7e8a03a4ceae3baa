package org.perilune.telemetry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.perilune.chassis.json.Numbers;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * The values of a frame, as all interfaces and both ways in take them: of a name that stands twice the last counts, and
 * a value whose name is none, or of a kind that is not known here, is left out.
 */
public final class FrameValues {
    private FrameValues() {}

    public static Collection<Value> of(Frame frame) {
        return of(frame.getValuesList());
    }

    private static Collection<Value> of(List<Value> all) {
        Map<String, Value> values = LinkedHashMap.newLinkedHashMap(all.size());
        for (Value value : all) {
            if (value.getKindCase() != Value.KindCase.KIND_NOT_SET && TelemetryLimits.isName(value.getName())) {
                values.put(value.getName(), value);
            }
        }
        return values.values();
    }

    /** Whether it is a number that plots can show. */
    public static boolean isNumber(Value value) {
        return value.hasInteger() || (value.hasNumber() && Double.isFinite(value.getNumber()));
    }

    public static double number(Value value) {
        return value.hasInteger() ? (double) value.getInteger() : value.getNumber();
    }

    /** As it stands in JSON and CSV. */
    public static String text(Value value) {
        return switch (value.getKindCase()) {
            case NUMBER -> Numbers.text(value.getNumber());
            case INTEGER -> Long.toString(value.getInteger());
            case TEXT -> value.getText();
            case KIND_NOT_SET -> "";
        };
    }

    static void put(ObjectNode json, String name, Value value) {
        switch (value.getKindCase()) {
            case NUMBER -> Numbers.put(json, name, value.getNumber());
            case INTEGER -> json.put(name, value.getInteger());
            case TEXT -> json.put(name, value.getText());
            case KIND_NOT_SET -> json.putNull(name);
        }
    }
}
