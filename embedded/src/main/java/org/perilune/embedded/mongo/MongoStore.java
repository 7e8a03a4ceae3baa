package org.perilune.embedded.mongo;

import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/** One service's database, in a file of its own, so that no command reaches another's. Safe for threads. */
final class MongoStore implements AutoCloseable {
    /** In lower case. Every other command is taken for one that changes something. */
    private static final Set<String> READS = Set.of(
            "find",
            "getmore",
            "killcursors",
            "count",
            "distinct",
            "listcollections",
            "listindexes",
            "dbstats",
            "collstats");

    private static final int CACHE_MEGABYTES = 16;
    private static final Duration LONGEST_READ = Duration.ofSeconds(10);

    private final String database;
    private final MongoBackend backend;
    private final GroupCommit commit;
    /** Shared by readers, alone for a change. */
    private final ReentrantReadWriteLock documents = new ReentrantReadWriteLock();

    private MongoStore(String database, MongoBackend backend) {
        this.database = database;
        this.backend = backend;
        this.commit = new GroupCommit(backend.getMvStore());
    }

    static MongoStore open(Path folder, String database) throws IOException {
        MVStore file = new MVStore.Builder()
                .fileName(folder.resolve(database + ".mv").toString())
                .cacheSize(CACHE_MEGABYTES)
                // Neither by the clock nor when memory is short: only between commands.
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .open();
        // How long room is kept that nobody needs any more. Every commit is on disk before the next one writes, so it
        // is only for those who still read.
        file.setRetentionTime((int) LONGEST_READ.toMillis());
        try {
            var store = new MongoStore(database, new MongoBackend(file));
            store.commit.change(() -> store.backend.resolveDatabase(database));
            store.commit.await();
            // The file's name is as durable as what is in it.
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return store;
        } catch (Throwable failure) {
            file.closeImmediately();
            throw failure;
        }
    }

    String database() {
        return database;
    }

    /**
     * Returns when the command's changes are on disk; what a reading command saw is on disk as well.
     *
     * @throws RuntimeException the library's own, for a command that it refuses
     */
    Document run(Channel channel, String command, Document query) {
        Document answer = READS.contains(command.toLowerCase(Locale.ROOT))
                ? answer(documents.readLock(), channel, command, query)
                : commit.change(() -> answer(documents.writeLock(), channel, command, query));
        commit.await();
        return answer;
    }

    /**
     * A copy: the library answers with the very documents that it stores, and changes them in place while an answer is
     * still to be sent, so that several findAndModify would all return what the last of them made.
     */
    private Document answer(Lock lock, Channel channel, String command, Document query) {
        lock.lock();
        try {
            return backend.handleCommand(channel, database, command, query).cloneDeeply();
        } finally {
            lock.unlock();
        }
    }

    boolean works() {
        return commit.works();
    }

    void forget(Channel channel) {
        backend.handleClose(channel);
    }

    @Override
    public void close() {
        backend.close();
    }
}
