package org.perilune.chassis.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Sha256;

/**
 * What makes a repeated request the same request: what was made with a key is kept with the sum of the request's body.
 *
 * @param value of the header
 * @param hash of the request, as hex digits; equal for bodies that differ in the order of fields and in spaces alone
 */
public record IdempotencyKey(String value, String hash) {
    public static final String HEADER = "Idempotency-Key";

    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,198}[\\x21-\\x7e])?");
    private static final ObjectWriter CANONICAL = Json.mapper().writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    /**
     * Empty where the request has none.
     *
     * @throws ServiceException.Malformed for a key of another form
     */
    public static Optional<IdempotencyKey> of(Context context, ObjectNode body) {
        String key = context.header(HEADER);
        if (key == null) {
            return Optional.empty();
        }
        if (!FORM.matcher(key).matches()) {
            throw Requests.malformed(HEADER, "must be 1 to 200 printable ASCII characters");
        }
        return Optional.of(new IdempotencyKey(key, sum(context.path(), body)));
    }

    /** @throws ServiceException.Conflict where the key came with another request before */
    public void requireSame(String storedHash) {
        if (!storedHash.equals(hash)) {
            throw new ServiceException.Conflict(HEADER + ": '" + value
                    + "' was used before, for another request. Nothing was stored; use another key.");
        }
    }

    private static String sum(String path, ObjectNode body) {
        try {
            var digest = Sha256.digest();
            digest.update(path.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(CANONICAL.writeValueAsBytes(body)));
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException("What was read as JSON can be written", failure);
        }
    }
}
