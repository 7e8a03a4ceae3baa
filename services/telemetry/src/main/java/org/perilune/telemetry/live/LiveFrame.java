package org.perilune.telemetry.live;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.query.ReadingJson;

/**
 * A frame on its way to followers.
 *
 * @param json of the frame as it is in events, written once for all followers
 * @param arrivedNanos by {@link System#nanoTime}
 */
record LiveFrame(String device, Head head, Collection<Value> values, byte[] json, long arrivedNanos) {
    /** What is said of a frame besides its values; times as ISO-8601. */
    record Head(String timestamp, String received, long epoch, long seq, String status) {}

    static LiveFrame of(String device, Head head, Collection<Value> values, long arrivedNanos) {
        var out = new ByteArrayOutputStream(128 + 32 * values.size());
        try (JsonGenerator json = Json.mapper().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("device", device);
            json.writeStringField("timestamp", head.timestamp());
            json.writeStringField("received", head.received());
            json.writeStringField("epoch", Long.toString(head.epoch()));
            json.writeStringField("seq", Long.toString(head.seq()));
            json.writeStringField("status", head.status());
            json.writeObjectFieldStart("values");
            for (Value value : values) {
                ReadingJson.write(json, value.getName(), value);
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new LiveFrame(device, head, values, out.toByteArray(), arrivedNanos);
    }
}
