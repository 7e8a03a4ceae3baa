package org.perilune.moderation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.postgres.TransactionRunner;
import org.perilune.chassis.runtime.ServiceException;

/** The rules and all their versions. Safe for threads. */
final class RuleStore {
    private final Jdbi jdbi;
    private final Clock clock;
    /** The version that was used last, ready for use. Versions never change. */
    private final AtomicReference<@Nullable RuleSet> last = new AtomicReference<>();

    RuleStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    RuleSet newest() {
        return jdbi.withHandle(handle -> version(
                handle,
                handle.createQuery("select max(version) from rules")
                        .mapTo(Integer.class)
                        .one()));
    }

    /** The version that counts for this author's comments until the transaction ends; see {@code take_turn}. */
    RuleSet takeTurn(Handle transaction, String author) {
        return version(
                transaction,
                transaction
                        .createQuery("select take_turn(:author)")
                        .bind("author", author)
                        .mapTo(Integer.class)
                        .one());
    }

    /**
     * Counts for every copy when this returns: decisions under way end first, and those that follow see it.
     *
     * @throws ServiceException.Conflict if another version than the one expected is the newest
     */
    RuleSet change(int expected, List<Rule> rules, String by) {
        return TransactionRunner.change(
                jdbi, "Look at the rules to see whether they are the new ones.", transaction -> {
                    transaction.execute("select pg_advisory_xact_lock(1, 1)");
                    int newest = transaction
                            .createQuery("select max(version) from rules")
                            .mapTo(Integer.class)
                            .one();
                    if (newest != expected) {
                        throw new ServiceException.Conflict("version: the newest version of the rules is " + newest
                                + ", not " + expected + ". Nothing was changed; look at it and try again.");
                    }
                    var changed = new RuleSet(newest + 1, SqlTimes.truncated(clock.instant()), by, rules);
                    transaction
                            .createUpdate("""
                            insert into rules (version, changed_at, changed_by, rules)
                            values (:version, :at, :by, :rules)
                            """)
                            .bind("version", changed.version())
                            .bind("at", SqlTimes.of(changed.changedAt()))
                            .bind("by", by)
                            .bind("rules", new String(Json.bytes(rules), StandardCharsets.UTF_8))
                            .execute();
                    return changed;
                });
    }

    private RuleSet version(Handle handle, int version) {
        RuleSet known = last.get();
        if (known != null && known.version() == version) {
            return known;
        }
        RuleSet read = handle.createQuery(
                        "select version, changed_at, changed_by, rules from rules where version = :version")
                .bind("version", version)
                .map((row, context) -> ruleSet(row))
                .one();
        last.set(read);
        return read;
    }

    private static RuleSet ruleSet(ResultSet row) throws SQLException {
        ObjectNode stored = Json.mapper().createObjectNode();
        try {
            stored.set("rules", Json.mapper().readTree(row.getString("rules")));
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException("The rules that are stored are no JSON", failure);
        }
        JsonObjectReader in = JsonObjectReader.of(stored);
        List<Rule> rules = RuleReader.read(in);
        if (!in.isSound()) {
            throw new IllegalStateException("The rules that are stored are none that could be stored now");
        }
        return new RuleSet(
                row.getInt("version"), SqlTimes.instant(row, "changed_at"), row.getString("changed_by"), rules);
    }
}
