package org.perilune.backup;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Puts a backup into the stores. The services must not run. */
public final class Restore {
    private final StoreAccounts accounts;
    private final Consumer<String> progress;

    /** @param progress is told one sentence a step */
    public Restore(StoreAccounts accounts, Consumer<String> progress) {
        this.accounts = accounts;
        this.progress = progress;
    }

    /**
     * Looks at all stores before anything is changed.
     *
     * @param replace whether what is in the stores may be deleted
     * @throws BackupException that says whether anything was changed
     */
    public void from(VerifiedBackup backup, boolean replace) {
        try {
            check(backup.manifest(), replace);
            if (replace) {
                empty();
            }
            fill(backup);
        } catch (IOException failure) {
            throw backup.unreadable(failure);
        }
    }

    private void check(Manifest manifest, boolean replace) throws IOException {
        manifest.databases().forEach(one -> {
            ServiceDatabase _ = accounts.database(one.service());
        });
        manifest.collections().forEach(one -> {
            MongoCollections _ = accounts.collections(one.service());
        });
        List<String> busy = all().stream()
                .filter(DatabaseRestore::isInUse)
                .map(ServiceDatabase::service)
                .toList();
        if (!busy.isEmpty()) {
            throw new BackupException("Somebody is connected to the PostgreSQL databases of " + String.join(", ", busy)
                    + ": stop the services first. Nothing was changed");
        }
        List<String> full = full();
        if (!full.isEmpty() && !replace) {
            throw new BackupException("There is something already: " + String.join(", ", full)
                    + ". Nothing was changed; --replace deletes what is there, or name empty stores");
        }
    }

    private List<String> full() throws IOException {
        var full = new ArrayList<String>();
        for (ServiceDatabase database : all()) {
            if (DatabaseRestore.hasTables(database)) {
                full.add("tables of " + database.service() + " in PostgreSQL");
            }
        }
        if (!new RedisStreams(accounts.redis()).isEmpty()) {
            full.add("streams in Redis");
        }
        for (String service : accounts.mongodb().keySet()) {
            if (!accounts.collections(service).isEmpty()) {
                full.add("documents of " + service + " in MongoDB");
            }
        }
        return full;
    }

    private List<ServiceDatabase> all() {
        var all = new ArrayList<>(accounts.databases());
        all.addAll(accounts.derived());
        return all;
    }

    private void empty() throws IOException {
        progress.accept("Deleting what is there");
        all().forEach(DatabaseRestore::empty);
        new RedisStreams(accounts.redis()).empty();
        for (String service : accounts.mongodb().keySet()) {
            accounts.collections(service).empty();
        }
    }

    private void fill(VerifiedBackup backup) throws IOException {
        for (Manifest.Database database : backup.manifest().databases()) {
            progress.accept("Filling PostgreSQL: " + database.service());
            new DatabaseRestore(accounts.database(database.service()), database).run(backup);
        }
        for (Manifest.Table collection : backup.manifest().collections()) {
            progress.accept("Filling MongoDB: " + collection.service() + ", " + collection.name());
            try (InputStream in = backup.open(collection.file().orElseThrow())) {
                accounts.collections(collection.service()).restore(collection.name(), in);
            }
        }
        progress.accept("Filling Redis");
        try (InputStream in = backup.open(Manifest.STREAMS)) {
            new RedisStreams(accounts.redis()).restore(in);
        }
    }
}
