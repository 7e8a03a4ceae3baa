package org.perilune.crew;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;

/** The signing keys in PostgreSQL, shared by all copies of crew. */
final class SigningKeyStore {
    private final Jdbi jdbi;

    SigningKeyStore(Postgres postgres) {
        this.jdbi = postgres.jdbi();
    }

    /**
     * Makes the keys that are due, drops those that nobody's token can bear any more, and returns the rest, oldest
     * first: one that signs, the one that will, and shortly after a change the one that did.
     */
    List<SigningKey> maintain(Instant now, Duration life, Duration kept) {
        return jdbi.inTransaction(transaction -> {
            // One copy at a time, or each would make a first key.
            transaction.execute("lock table signing_key in share row exclusive mode");
            List<SigningKey> keys = read(transaction);
            if (keys.isEmpty() || keys.getLast().signsFrom().plus(life).isBefore(now)) {
                insert(transaction, now);
                insert(transaction, now.plus(life));
            } else if (!keys.getLast().signsFrom().isAfter(now)) {
                insert(transaction, keys.getLast().signsFrom().plus(life));
            }
            transaction
                    .createUpdate("""
                            delete from signing_key old
                            where exists (
                                select from signing_key successor
                                where successor.signs_from > old.signs_from and successor.signs_from <= :gone)
                            """)
                    .bind("gone", SqlTimes.of(now.minus(kept)))
                    .execute();
            return read(transaction);
        });
    }

    private static List<SigningKey> read(Handle handle) {
        return handle.createQuery("select signs_from, jwk from signing_key order by signs_from")
                .map((row, context) -> new SigningKey(SqlTimes.instant(row, 1), parse(row.getString(2))))
                .list();
    }

    private static void insert(Handle handle, Instant signsFrom) {
        ECKey key = generate();
        handle.createUpdate("insert into signing_key (id, signs_from, jwk) values (:id, :from, :jwk)")
                .bind("id", key.getKeyID())
                .bind("from", SqlTimes.of(signsFrom))
                .bind("jwk", key.toJSONString())
                .execute();
    }

    private static ECKey generate() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(com.nimbusds.jose.JWSAlgorithm.ES256)
                    .generate();
        } catch (JOSEException failure) {
            throw new IllegalStateException("This Java cannot make P-256 keys", failure);
        }
    }

    private static ECKey parse(String jwk) {
        try {
            return ECKey.parse(jwk);
        } catch (ParseException failure) {
            // Without the cause: its message quotes the key.
            throw new IllegalStateException("A row of signing_key holds no key");
        }
    }
}
