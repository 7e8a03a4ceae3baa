package org.perilune.telemetry;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.Json;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/** Readings as JSON, written straight from what is stored. */
final class ReadingJson {
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
        for (Value value : frame.getValuesList()) {
            String name = value.getName();
            write(json, member(name), value);
        }
        json.writeEndObject();
    }

    /** What a value is called beside the members that every reading has. */
    static String member(String value) {
        return MEMBERS.contains(value) ? "value_" + value : value;
    }

    /** Writes nothing for a value of a kind that is not known here. */
    static void write(JsonGenerator json, String name, Value value) throws IOException {
        switch (value.getKindCase()) {
            case NUMBER -> {
                json.writeFieldName(name);
                number(json, value.getNumber());
            }
            case TEXT -> json.writeStringField(name, value.getText());
            case KIND_NOT_SET -> {}
        }
    }

    static void number(JsonGenerator json, double number) throws IOException {
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            json.writeNumber((long) number);
        } else if (Double.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeNull();
        }
    }

    /** A trace id as W3C writes it: 32 hex digits. */
    static String hex(UUID trace) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(trace.getMostSignificantBits()) + hex.toHexDigits(trace.getLeastSignificantBits());
    }
}
