package org.perilune.commanddispatcher.lifecycle;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;

/** Commands as {@code docs/api.md} has them. */
public final class CommandJson {
    private CommandJson() {}

    public static byte[] one(CommandRecord command) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringField("id", command.id().toString());
            fields(json, command);
            json.writeEndObject();
        });
    }

    public static byte[] withHistory(CommandRecord command, List<CommandRecord.Line> history) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringField("id", command.id().toString());
            fields(json, command);
            json.writeArrayFieldStart("history");
            for (CommandRecord.Line line : history) {
                json.writeStartObject();
                json.writeStringField("at", line.at().toString());
                json.writeStringField("device_time", text(line.deviceTime()));
                json.writeStringField("stage", line.stage());
                json.writeStringField("by", line.by());
                json.writeStringField("detail", line.detail());
                json.writeBooleanField("late", line.late());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** What would have been taken; it has no id, since it is not there. */
    public static byte[] dryRun(CommandRecord command) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeBooleanField("dry_run", true);
            fields(json, command);
            json.writeEndObject();
        });
    }

    public static byte[] page(List<CommandRecord> commands, @Nullable String next) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("commands");
            for (CommandRecord command : commands) {
                json.writeStartObject();
                json.writeStringField("id", command.id().toString());
                fields(json, command);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("next", next);
            json.writeEndObject();
        });
    }

    private static void fields(JsonGenerator json, CommandRecord command) throws IOException {
        json.writeStringField("device", command.device());
        json.writeStringField("device_type", command.deviceType());
        json.writeNumberField("dictionary_version", command.dictionaryVersion());
        json.writeStringField("command_type", command.commandType());
        raw(json, "parameters", command.parameters());
        json.writeStringField("significance", command.significance().wireName());
        json.writeStringField("state", command.state().wireName());
        json.writeBooleanField("final", command.state().isFinal());
        json.writeStringField("detail", command.detail());
        raw(json, "results", command.results());
        json.writeStringField("requested_by", command.requestedBy());
        json.writeStringField("principal", command.principal());
        json.writeStringField("requested_at", command.requestedAt().toString());
        json.writeStringField("expires_at", command.expiresAt().toString());
        json.writeStringField("approved_by", command.approvedBy());
        raw(json, "verification", command.verification());
        json.writeStringField("executed_at", text(command.executedAt()));
        json.writeNumberField("attempts", command.attempts());
        json.writeStringField("changed_at", command.changedAt().toString());
        json.writeNumberField("revision", command.revision());
    }

    private static void raw(JsonGenerator json, String name, @Nullable String value) throws IOException {
        json.writeFieldName(name);
        if (value == null) {
            json.writeNull();
        } else {
            json.writeRawValue(value);
        }
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    private static byte[] bytes(Writing writing) {
        var out = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = Json.mapper().createGenerator(out)) {
            writing.to(json);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // never in memory
        }
        return out.toByteArray();
    }
}
