package org.perilune.telemetry.query;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.Numbers;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.store.FrameValues;
import org.perilune.telemetry.store.StoredFrame;

/** Readings as JSON, written straight from what is stored. */
public final class ReadingJson {
    /** Values of these names are given as {@code value_…}: a member must not appear twice. */
    static final Set<String> MEMBERS = Set.of("device", "timestamp", "received", "epoch", "seq", "status", "trace");

    private ReadingJson() {}

    record Row(String device, StoredFrame frame) {}

    static byte[] page(List<Row> rows, @Nullable String next) {
        var out = new ByteArrayOutputStream(256 + 320 * rows.size());
        try (JsonGenerator json = Json.mapper().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.STRICT_DUPLICATE_DETECTION);
            json.writeStartObject();
            json.writeArrayFieldStart("data");
            for (Row row : rows) {
                write(json, row);
            }
            json.writeEndArray();
            json.writeStringField("next", next);
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator json, Row row) throws IOException {
        StoredFrame stored = row.frame();
        Frame frame = stored.decode();
        json.writeStartObject();
        json.writeStringField("device", row.device());
        json.writeStringField("timestamp", stored.time().toString());
        json.writeStringField("received", stored.received().toString());
        json.writeStringField("epoch", Long.toString(stored.epoch()));
        json.writeStringField("seq", Long.toString(stored.seq()));
        json.writeStringField("status", frame.getStatus());
        json.writeStringField("trace", stored.trace() == null ? null : hex(stored.trace()));
        for (Map.Entry<String, Value> value : members(frame).entrySet()) {
            write(json, value.getKey(), value.getValue());
        }
        json.writeEndObject();
    }

    /** The frame's values by what they are called beside the members that every reading has. */
    static Map<String, Value> members(Frame frame) {
        var members = new LinkedHashMap<String, Value>();
        FrameValues.of(frame).forEach(value -> members.put(member(value.getName()), value));
        return members;
    }

    /** What a value is called beside the members that every reading has. */
    static String member(String value) {
        return MEMBERS.contains(value) ? "value_" + value : value;
    }

    /** Writes nothing for a value of a kind that is not known here. */
    public static void write(JsonGenerator json, String name, Value value) throws IOException {
        switch (value.getKindCase()) {
            case NUMBER -> {
                json.writeFieldName(name);
                Numbers.write(json, value.getNumber());
            }
            case INTEGER -> json.writeNumberField(name, value.getInteger());
            case TEXT -> json.writeStringField(name, value.getText());
            case KIND_NOT_SET -> {}
        }
    }

    /** A trace id as W3C writes it: 32 hex digits. */
    static String hex(UUID trace) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(trace.getMostSignificantBits()) + hex.toHexDigits(trace.getLeastSignificantBits());
    }
}
