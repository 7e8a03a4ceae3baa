package org.perilune.timeline.store;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import java.time.Duration;
import java.util.function.Supplier;
import org.perilune.chassis.runtime.ServiceException;

/** The one place where the driver's exceptions become ours. */
public final class MongoFailures {
    private MongoFailures() {}

    /** @throws ServiceException.Unavailable where MongoDB did not answer; what it refuses is thrown as it is */
    public static <T> T told(Supplier<T> question) {
        try {
            return question.get();
        } catch (MongoCommandException | MongoWriteException | MongoBulkWriteException refused) {
            throw refused;
        } catch (MongoException away) {
            throw new ServiceException.Unavailable(
                    "MongoDB is away, and with it the timeline; everything else goes on. Try again shortly: what was"
                            + " sent with an Idempotency-Key, or with a version, is safe to send again.",
                    Duration.ofSeconds(2),
                    away);
        }
    }
}
