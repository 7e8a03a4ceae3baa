package org.perilune.embedded.mongo;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.embedded.host.ScramVerifier;
import org.perilune.embedded.host.Secrets;

/**
 * The server's part of one SCRAM-SHA-256 conversation (RFC 5802, RFC 7677) in MongoDB's commands; no channel binding.
 * Not safe for threads.
 */
final class ScramServer {
    static final String MECHANISM = "SCRAM-SHA-256";

    /** No channel binding, and no other identity than the user's. */
    private static final String HEADER = "n,,";

    private static final int NONCE_LIMIT = 256;

    private final Map<String, ScramVerifier> users;
    private @Nullable Started started;
    private @Nullable String user;
    private boolean proven;

    private record Started(
            String user, ScramVerifier verifier, String nonce, String messages, boolean skipsEmptyExchange) {}

    /** A log-in that failed, whatever the reason; the client learns no more than that. */
    static final class Refused extends Exception {
        private Refused() {
            super("Authentication failed");
        }
    }

    ScramServer(Map<String, ScramVerifier> users) {
        this.users = Map.copyOf(users);
    }

    /** Null before the log-in has succeeded. */
    @Nullable
    String user() {
        return user;
    }

    Document start(Document command) throws Refused {
        started = null;
        user = null;
        proven = false;
        String first = payload(command);
        if (!MECHANISM.equals(command.get("mechanism")) || !first.startsWith(HEADER)) {
            throw new Refused();
        }
        String bare = first.substring(HEADER.length());
        Map<String, String> fields = fields(bare);
        String name = fields.getOrDefault("n", "");
        String clientNonce = fields.getOrDefault("r", "");
        ScramVerifier verifier = users.get(name);
        if (verifier == null || clientNonce.isEmpty() || clientNonce.length() > NONCE_LIMIT) {
            throw new Refused();
        }
        String nonce = clientNonce + Secrets.random();
        String answer = "r=" + nonce + ",s=" + verifier.saltAsText() + ",i=" + verifier.iterations();
        boolean skips = command.get("options") instanceof Document options
                && Boolean.TRUE.equals(options.get("skipEmptyExchange"));
        started = new Started(name, verifier, nonce, bare + "," + answer, skips);
        return answer(answer, false);
    }

    Document proceed(Document command) throws Refused {
        Started begun = started;
        if (begun == null) {
            throw new Refused();
        }
        String last = payload(command);
        if (proven && last.isEmpty()) {
            started = null;
            user = begun.user();
            return answer("", true);
        }
        int proofAt = last.lastIndexOf(",p=");
        String channel = Base64.getEncoder().encodeToString(HEADER.getBytes(UTF_8));
        if (proven || proofAt < 0 || !last.substring(0, proofAt).equals("c=" + channel + ",r=" + begun.nonce())) {
            started = null;
            throw new Refused();
        }
        String messages = begun.messages() + "," + last.substring(0, proofAt);
        if (!begun.verifier().accepts(messages, proof(last.substring(proofAt + 3)))) {
            started = null;
            throw new Refused();
        }
        proven = true;
        if (begun.skipsEmptyExchange()) {
            started = null;
            user = begun.user();
        }
        return answer("v=" + begun.verifier().signature(messages), begun.skipsEmptyExchange());
    }

    private static byte[] proof(String text) throws Refused {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            throw new Refused();
        }
    }

    private static String payload(Document command) throws Refused {
        if (command.get("payload") instanceof BinData payload) {
            return new String(payload.getData(), UTF_8);
        }
        throw new Refused();
    }

    private static Map<String, String> fields(String message) {
        return Arrays.stream(message.split(","))
                .filter(field -> field.length() > 2 && field.charAt(1) == '=')
                .collect(Collectors.toMap(
                        field -> field.substring(0, 1), field -> field.substring(2), (first, second) -> first));
    }

    private static Document answer(String payload, boolean done) {
        return new Document("conversationId", 1)
                .append("done", done)
                .append("payload", new BinData(payload.getBytes(UTF_8)))
                .append("ok", 1.0);
    }
}
