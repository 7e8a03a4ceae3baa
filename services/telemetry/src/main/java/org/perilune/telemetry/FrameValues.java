package org.perilune.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * The values of a frame, as all interfaces and both ways in take them: of a name that stands twice the last counts, and
 * a value of a kind that is not known here is left out.
 */
final class FrameValues {
    private FrameValues() {}

    static Collection<Value> of(Frame frame) {
        return of(frame.getValuesList());
    }

    private static Collection<Value> of(List<Value> all) {
        Map<String, Value> values = LinkedHashMap.newLinkedHashMap(all.size());
        for (Value value : all) {
            if (value.getKindCase() != Value.KindCase.KIND_NOT_SET) {
                values.put(value.getName(), value);
            }
        }
        return values.values();
    }

    static void put(ObjectNode json, String name, Value value) {
        switch (value.getKindCase()) {
            case NUMBER -> json.put(name, value.getNumber());
            case TEXT -> json.put(name, value.getText());
            case KIND_NOT_SET -> json.putNull(name);
        }
    }
}
