package org.perilune.chassis.postgres;

import io.opentelemetry.api.trace.SpanKind;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.perilune.chassis.tracing.Tracing;

/** A span for each statement of what is recorded on this thread. Its text has no values: those are bound. */
final class StatementSpans implements SqlLogger {
    @Override
    public void logAfterExecution(StatementContext statement) {
        Tracing.past(name(statement), SpanKind.CLIENT, statement.getElapsedTime(ChronoUnit.NANOS))
                .ifPresent(span -> {
                    span.setAttribute("db.system.name", "postgresql");
                    span.setAttribute("db.query.text", text(statement));
                    span.end();
                });
    }

    @Override
    public void logException(StatementContext statement, SQLException failure) {
        Tracing.past(name(statement), SpanKind.CLIENT, statement.getElapsedTime(ChronoUnit.NANOS))
                .ifPresent(span -> {
                    span.setAttribute("db.query.text", text(statement));
                    Tracing.failed(span, "SQLSTATE " + failure.getSQLState());
                    span.end();
                });
    }

    private static String name(StatementContext statement) {
        return "postgresql " + text(statement).split(" ", 2)[0].toLowerCase(Locale.ROOT);
    }

    private static String text(StatementContext statement) {
        return String.valueOf(statement.getRawSql()).strip().replaceAll("\\s+", " ");
    }
}
