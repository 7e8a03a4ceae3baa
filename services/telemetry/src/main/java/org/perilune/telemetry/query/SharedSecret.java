package org.perilune.telemetry.query;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The key that signs cursors, common to all copies; read when first needed, since the database may be away before. */
final class SharedSecret {
    private volatile byte @Nullable [] value;

    byte[] value(Connection connection) throws SQLException {
        byte[] known = value;
        if (known == null) {
            try (PreparedStatement statement =
                            connection.prepareStatement("select value from shared_secret where name = 'cursor'");
                    ResultSet result = statement.executeQuery()) {
                if (!result.next()) {
                    throw new IllegalStateException("The migration made no shared secret");
                }
                known = result.getBytes(1);
            }
            value = known;
        }
        return known;
    }
}
