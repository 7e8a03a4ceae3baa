package org.perilune.crew;

import com.password4j.Argon2Function;
import com.password4j.BadParametersException;
import com.password4j.types.Argon2;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Argon2id as OWASP asks at least: 19 MiB, two passes, one lane. Four at a time, since each takes a core and its
 * memory. Hashes are PHC strings, so that the parameters can change. Safe for threads.
 */
final class PasswordHasher {
    static final int MEMORY_KIBIBYTES = 19 * 1024;
    static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int AT_ONCE = 4;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final Argon2Function argon2 =
            Argon2Function.getInstance(MEMORY_KIBIBYTES, PASSES, LANES, HASH_BYTES, Argon2.ID);
    private final SecureRandom random = new SecureRandom();
    private final Semaphore permits = new Semaphore(AT_ONCE);
    private final String nobodys;

    PasswordHasher() {
        // A hash that nothing fits: as dear to compare with as a person's.
        var nothing = new byte[HASH_BYTES];
        random.nextBytes(nothing);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        this.nobodys = "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        MEMORY_KIBIBYTES, PASSES, LANES, base64.encodeToString(salt()), base64.encodeToString(nothing));
    }

    /** @throws ServiceException.Unavailable if too many are hashed just now */
    String hash(String password) {
        return bounded(() -> argon2.hash(bytes(password), salt()).getResult());
    }

    /** @throws ServiceException.Unavailable if too many are hashed just now */
    boolean matches(String password, String hash) {
        return bounded(() -> Argon2Function.getInstanceFromHash(hash)
                .check(bytes(password), hash.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Takes as long as {@link #matches}: an answer's time must not tell whether a person exists. */
    void matchNobody(String password) {
        matches(password, nobodys);
    }

    boolean outdated(String hash) {
        try {
            Argon2Function used = Argon2Function.getInstanceFromHash(hash);
            return used.getMemory() != MEMORY_KIBIBYTES
                    || used.getIterations() != PASSES
                    || used.getParallelism() != LANES
                    || used.getVariant() != Argon2.ID;
        } catch (BadParametersException notArgon2) {
            return true;
        }
    }

    private byte[] salt() {
        var salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    /** One form of characters that can be written in several, whatever the keyboard makes of them. */
    private static byte[] bytes(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    }

    private <T> T bounded(Supplier<T> work) {
        try {
            if (!permits.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ServiceException.Unavailable("Too many log in at once; try again shortly", null);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ServiceException.Unavailable("The service stops", interrupted);
        }
        try {
            return work.get();
        } finally {
            permits.release();
        }
    }
}
