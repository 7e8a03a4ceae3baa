package org.perilune.flightlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.FlightLog.Reference;

/** References of the flight log in a column of type {@code jsonb}. */
public final class SqlReferences {
    private static final TypeReference<List<Reference>> LIST = new TypeReference<>() {};

    private SqlReferences() {}

    /** To be bound as text, and cast. */
    public static String json(List<Reference> references) {
        return new String(Json.bytes(references), StandardCharsets.UTF_8);
    }

    /** Without those of kinds that only a newer version knows. */
    public static List<Reference> read(ResultSet rows, String column) throws SQLException {
        String json = rows.getString(column);
        try {
            List<Reference> all = Json.tolerant().forType(LIST).readValue(json);
            return all.stream().filter(reference -> reference.kind() != null).toList();
        } catch (JsonProcessingException failure) {
            // No fault of the database's, which would have it tried again for ever.
            throw new IllegalStateException("What is stored as references is something else", failure);
        }
    }
}
