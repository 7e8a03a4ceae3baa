package org.perilune.query.entries;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.query.model.Batch;
import org.perilune.query.model.Documents;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;

/** Brings events into the model: into the one that serves and, during a rebuild, into the one that is built, too. */
public final class Projection {
    private Projection() {}

    /** Once is enough, and more does no harm: what is not newer than what is known changes nothing. */
    public static void apply(Handle transaction, List<CloudEvent> events) {
        Batch batch = Batch.of(events);
        if (batch.isEmpty()) {
            return;
        }
        SchemaGenerations.State state = SchemaGenerations.lock(transaction);
        Set<UUID> changed = take(transaction, state.serving(), batch, state.version() + 1);
        if (state.building() != null) {
            take(transaction, state.building(), batch, state.version() + 1);
        }
        if (!changed.isEmpty()) {
            SchemaGenerations.changed(transaction);
            NotificationListener.notify(transaction, LiveEntries.CHANNEL, changed);
        }
    }

    private static Set<UUID> take(Handle transaction, Model model, Batch batch, long version) {
        return Documents.render(transaction, model, model.apply(transaction, batch, version));
    }
}
