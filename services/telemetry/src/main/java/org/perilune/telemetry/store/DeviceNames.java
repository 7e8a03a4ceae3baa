package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.perilune.chassis.runtime.ServiceException;

/** Devices by name. */
public final class DeviceNames {
    private DeviceNames() {}

    /**
     * The device's id.
     *
     * @throws ServiceException.NotFound for a name never heard of
     */
    public static int require(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select id from device where name = ?")) {
            statement.setString(1, name);
            try (ResultSet result = statement.executeQuery()) {
                if (!result.next()) {
                    throw new ServiceException.NotFound("No device is named " + name);
                }
                return result.getInt(1);
            }
        }
    }
}
