package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;

/** The table of dictionaries: each change is a new version, and old ones stay. Safe for threads. */
final class DictionaryStore {
    private static final String COLUMNS = "device_type, version, changed_at, changed_by, commands::text";

    private final Jdbi jdbi;

    DictionaryStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    record Summary(
            @JsonProperty("device_type") String deviceType,
            int version,
            @JsonProperty("changed_at") Instant changedAt,
            @JsonProperty("changed_by") String changedBy,
            int commands) {}

    List<Summary> newest() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select distinct on (device_type) device_type, version, changed_at, changed_by,
                            jsonb_array_length(commands) as commands
                        from dictionary order by device_type, version desc limit 1000
                        """)
                .map((rows, context) -> new Summary(
                        rows.getString("device_type"),
                        rows.getInt("version"),
                        SqlTimes.instant(rows, "changed_at"),
                        rows.getString("changed_by"),
                        rows.getInt("commands")))
                .list());
    }

    /** 0 where there is none. */
    int newestVersion(String deviceType) {
        return jdbi.withHandle(handle -> newestVersion(handle, deviceType));
    }

    Optional<DictionaryVersion> find(String deviceType, int version) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select " + COLUMNS + " from dictionary where device_type = :type and version = :version")
                .bind("type", deviceType)
                .bind("version", version)
                .map((rows, context) -> version(rows))
                .findOne());
    }

    /**
     * @param expected the version that this one shall follow; null: whatever is the newest
     * @throws ServiceException.Conflict if another is the newest
     */
    DictionaryVersion add(
            String deviceType, List<CommandType> commands, @Nullable Integer expected, Instant now, String by) {
        return jdbi.inTransaction(handle -> {
            // One change of a type at a time, so that versions have no holes and none is lost.
            handle.createQuery("select pg_advisory_xact_lock(hashtextextended(:type, 0))::text")
                    .bind("type", deviceType)
                    .mapTo(String.class)
                    .one();
            int newest = newestVersion(handle, deviceType);
            if (expected != null && expected != newest) {
                throw new ServiceException.Conflict("version: the newest version of " + deviceType + " is " + newest
                        + ", not " + expected + ". Nothing was changed; look at it and try again.");
            }
            var added = new DictionaryVersion(deviceType, newest + 1, SqlTimes.truncated(now), by, commands);
            handle.createUpdate("""
                            insert into dictionary (device_type, version, commands, changed_at, changed_by)
                            values (:type, :version, cast(:commands as jsonb), :at, :by)
                            """)
                    .bind("type", deviceType)
                    .bind("version", added.version())
                    .bind("commands", new String(Json.bytes(commands), StandardCharsets.UTF_8))
                    .bind("at", SqlTimes.of(now))
                    .bind("by", by)
                    .execute();
            return added;
        });
    }

    private static int newestVersion(Handle handle, String deviceType) {
        return handle.createQuery("select coalesce(max(version), 0) from dictionary where device_type = :type")
                .bind("type", deviceType)
                .mapTo(Integer.class)
                .one();
    }

    private static DictionaryVersion version(ResultSet rows) throws SQLException {
        ObjectNode stored = JsonNodeFactory.instance.objectNode();
        try {
            stored.set("commands", Json.mapper().readTree(rows.getString("commands")));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        JsonObjectReader in = JsonObjectReader.of(stored);
        List<CommandType> commands = DictionaryVersion.readCommands(in);
        in.check();
        return new DictionaryVersion(
                rows.getString("device_type"),
                rows.getInt("version"),
                SqlTimes.instant(rows, "changed_at"),
                rows.getString("changed_by"),
                commands);
    }
}
