package org.perilune.chassis.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Instants as PostgreSQL keeps them: to the microsecond. */
public final class SqlTimes {
    private SqlTimes() {}

    /** The time by the database's own clock; fails by an exception where it is away. */
    public static Supplier<Instant> ofDatabase(Jdbi jdbi) {
        return () -> jdbi.withHandle(handle -> handle.createQuery("select clock_timestamp()")
                .mapTo(OffsetDateTime.class)
                .one()
                .toInstant());
    }

    /** To be bound as {@code timestamptz}. */
    public static @Nullable OffsetDateTime of(@Nullable Instant instant) {
        return instant == null ? null : truncated(instant).atOffset(ZoneOffset.UTC);
    }

    /** As it will come back from the database. */
    public static Instant truncated(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    /** Of a column that is not null. */
    public static Instant instant(ResultSet rows, String column) throws SQLException {
        return rows.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** @param column from 1 on, not null */
    public static Instant instant(ResultSet rows, int column) throws SQLException {
        return rows.getObject(column, OffsetDateTime.class).toInstant();
    }

    public static @Nullable Instant nullable(ResultSet rows, String column) throws SQLException {
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** @param column from 1 on */
    public static @Nullable Instant nullable(ResultSet rows, int column) throws SQLException {
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
