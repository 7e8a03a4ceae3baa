package org.perilune.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** A connection to a database that commits, and breaks before it says so. */
public final class LostCommit {
    private LostCommit() {}

    public static Connection over(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object answer;
                    try {
                        answer = method.invoke(connection, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getTargetException();
                    }
                    if (method.getName().equals("commit")) {
                        throw new SQLException("The connection broke", "08006");
                    }
                    return answer;
                });
    }
}
