package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Ids of a device's parameters, made for names first seen in frames. */
public final class ParameterIds {
    private static final String MAKE = """
            insert into parameter (device_id, name)
            select ?, name from unnest(?::text[]) as n(name)
            where not exists (select from parameter p where p.device_id = ? and p.name = n.name)
            on conflict do nothing
            """;

    private final Connection connection;
    private final int device;

    public ParameterIds(Connection connection, int device) {
        this.connection = connection;
        this.device = device;
    }

    public Map<String, Integer> of(Collection<String> names) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MAKE)) {
            statement.setInt(1, device);
            statement.setArray(2, connection.createArrayOf("text", names.toArray()));
            statement.setInt(3, device);
            statement.executeUpdate();
        }
        var ids = new HashMap<String, Integer>();
        try (PreparedStatement statement =
                connection.prepareStatement("select name, id from parameter where device_id = ?")) {
            statement.setInt(1, device);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    ids.put(result.getString(1), result.getInt(2));
                }
            }
        }
        return ids;
    }
}
