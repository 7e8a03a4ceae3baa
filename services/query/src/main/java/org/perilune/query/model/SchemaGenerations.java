package org.perilune.query.model;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Which generation of the model serves, and which is being built. Safe for threads. */
public final class SchemaGenerations {
    private SchemaGenerations() {}

    /** @param version counts what readers can see change */
    public record State(Model serving, @Nullable Model building, long version) {}

    /**
     * Holds the model for the caller until the transaction ends: whoever changes what others see holds it, so that no
     * two do so at once. Makes the first generation where there is none.
     */
    public static State lock(Handle transaction) {
        Row row = read(transaction, " for update").orElseThrow();
        Optional<State> known = row.state();
        if (known.isPresent()) {
            return known.get();
        }
        Model first = next(transaction);
        first.create(transaction);
        Words.index(transaction, first, false);
        transaction.execute("update model set serving = ?", first.generation());
        return row.state(first.generation());
    }

    /** As it was committed last; empty before there is a first generation. */
    public static Optional<State> look(Handle handle) {
        return read(handle, "").flatMap(Row::state);
    }

    /** Readers see something new once the transaction is committed. */
    public static void changed(Handle transaction) {
        transaction.execute("update model set version = version + 1");
    }

    /** One that nobody has had, not yet made. */
    public static Model next(Handle handle) {
        return new Model(handle.createQuery("select nextval('generations')")
                .mapTo(long.class)
                .one());
    }

    public static void build(Handle transaction, @Nullable Model building) {
        transaction.execute("update model set building = ?", building == null ? null : building.generation());
    }

    /** What was built serves from the commit on. */
    public static void serve(Handle transaction, Model built) {
        transaction.execute(
                "update model set serving = ?, building = null, complete = true, version = version + 1",
                built.generation());
    }

    /** Whether it has had everything that the log of events has. */
    public static boolean isComplete(Handle handle) {
        return handle.createQuery("select complete from model")
                .mapTo(boolean.class)
                .one();
    }

    /** The log has nothing that would not come by itself. */
    public static void completed(Handle handle) {
        handle.execute("update model set complete = true");
    }

    private record Row(@Nullable Long serving, @Nullable Long building, long version) {
        Optional<State> state() {
            return serving == null ? Optional.empty() : Optional.of(state(serving));
        }

        State state(long servingGeneration) {
            return new State(new Model(servingGeneration), building == null ? null : new Model(building), version);
        }
    }

    private static Optional<Row> read(Handle handle, String lock) {
        return handle.createQuery("select serving, building, version from model" + lock)
                .map((row, context) ->
                        new Row(row.getObject(1, Long.class), row.getObject(2, Long.class), row.getLong(3)))
                .findOne();
    }
}
