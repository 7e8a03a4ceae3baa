package org.perilune.telemetry.device;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Numbers;

/** A device as the API tells it; written straight, since a fleet has thousands of values. */
final class DeviceJson {
    /** Without looking for members that stand twice: PostgreSQL keeps none. */
    private static final JsonFactory KEPT = new JsonFactory();

    private DeviceJson() {}

    /** What a device says of one of its values. */
    record Parameter(
            String name,
            String unit,
            String description,
            @Nullable Double warningLow,
            @Nullable Double warningHigh,
            @Nullable Double criticalLow,
            @Nullable Double criticalHigh) {}

    /** Of a row whose first column is the device. */
    static Parameter parameter(ResultSet row) throws SQLException {
        return new Parameter(
                row.getString(2),
                row.getString(3),
                row.getString(4),
                number(row, 5),
                number(row, 6),
                number(row, 7),
                number(row, 8));
    }

    private static @Nullable Double number(ResultSet row, int column) throws SQLException {
        double number = row.getDouble(column);
        return row.wasNull() ? null : number;
    }

    static void write(
            JsonGenerator json,
            ResultSet row,
            DeviceLiveness life,
            DeviceStates.Status state,
            List<Parameter> parameters)
            throws SQLException {
        try {
            json.writeStartObject();
            json.writeStringField("name", row.getString("name"));
            json.writeStringField("type", row.getString("type"));
            json.writeStringField("state", state.state().wireName());
            time(json, "since", state.since());
            time(json, "last_contact", life.signs().lastContact());
            time(json, "last_time", DeviceLiveness.instant(row, "device_time"));
            if (life.clockWrongBy().isPresent()) {
                json.writeNumberField(
                        "clock_wrong_by_seconds", life.clockWrongBy().get().toSeconds());
            } else {
                json.writeNullField("clock_wrong_by_seconds");
            }
            json.writeStringField("status", row.getString("status"));
            json.writeNumberField("report_interval_millis", row.getInt("report_interval_millis"));
            time(json, "silence_from", life.signs().silenceFrom());
            time(json, "silence_until", life.signs().silenceUntil());
            json.writeStringField("session", Long.toString(row.getLong("session")));
            json.writeNumberField("gaps", row.getLong("gaps"));
            json.writeNumberField("duplicates_today", row.getLong("duplicates"));
            json.writeNumberField("rejected_today", row.getLong("rejected"));
            json.writeFieldName("values");
            values(json, row.getString("parameters"));
            json.writeArrayFieldStart("parameters");
            for (Parameter parameter : parameters) {
                write(json, parameter);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As they are kept, but with numbers as they are written everywhere: PostgreSQL spells them in its own way. */
    private static void values(JsonGenerator json, @Nullable String kept) throws IOException {
        if (kept == null) {
            json.writeStartObject();
            json.writeEndObject();
            return;
        }
        try (JsonParser parser = KEPT.createParser(kept)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_FLOAT || parser.isExpectedNumberIntToken()) {
                    number(json, parser);
                } else {
                    json.copyCurrentEvent(parser);
                }
            }
        }
    }

    private static void number(JsonGenerator json, JsonParser parser) throws IOException {
        if (parser.isExpectedNumberIntToken() && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            json.writeNumber(parser.getLongValue());
        } else {
            Numbers.write(json, parser.getDoubleValue());
        }
    }

    private static void write(JsonGenerator json, Parameter parameter) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", parameter.name());
        json.writeStringField("unit", parameter.unit());
        json.writeStringField("description", parameter.description());
        number(json, "warning_low", parameter.warningLow());
        number(json, "warning_high", parameter.warningHigh());
        number(json, "critical_low", parameter.criticalLow());
        number(json, "critical_high", parameter.criticalHigh());
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String name, @Nullable Double number) throws IOException {
        if (number == null) {
            json.writeNullField(name);
            return;
        }
        json.writeFieldName(name);
        Numbers.write(json, number);
    }

    private static void time(JsonGenerator json, String name, @Nullable Instant time) throws IOException {
        json.writeStringField(name, time == null ? null : time.toString());
    }
}
