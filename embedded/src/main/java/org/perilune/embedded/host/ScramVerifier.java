package org.perilune.embedded.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.perilune.contracts.Sha256;

/** What a server keeps of a password: SCRAM-SHA-256 as in RFC 5802 and RFC 7677. */
public record ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    /** The least that clients accept; the passwords are 256 random bits, which no guessing finds. */
    private static final int ITERATIONS = 4096;

    private static final int SALT_BYTES = 16;
    private static final int KEY_BITS = 256;

    /** @param password in ASCII, so that it needs no normalisation */
    public static ScramVerifier of(String password) {
        var salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, KEY_BITS))
                    .getEncoded();
            return new ScramVerifier(
                    ITERATIONS, salt, Sha256.of(hmac(salted, "Client Key")), hmac(salted, "Server Key"));
        } catch (GeneralSecurityException impossible) {
            throw impossible(impossible);
        }
    }

    /** As PostgreSQL stores it. */
    public String postgresql() {
        return "SCRAM-SHA-256$" + iterations + ":" + base64(salt) + "$" + base64(storedKey) + ":" + base64(serverKey);
    }

    public String saltAsText() {
        return base64(salt);
    }

    /** Whether the client knows the password. */
    public boolean accepts(String authMessage, byte[] proof) {
        if (proof.length != storedKey.length) {
            return false;
        }
        byte[] clientKey = hmac(storedKey, authMessage);
        for (int at = 0; at < clientKey.length; at++) {
            clientKey[at] ^= proof[at];
        }
        return MessageDigest.isEqual(Sha256.of(clientKey), storedKey);
    }

    /** Shows the client that this server knows the password, too. */
    public String signature(String authMessage) {
        return base64(hmac(serverKey, authMessage));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw impossible(impossible);
        }
    }

    private static IllegalStateException impossible(GeneralSecurityException failure) {
        return new IllegalStateException("Every Java has HMAC-SHA-256", failure);
    }
}
