package org.perilune.telemetry.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.ServiceException;

class CursorTest {
    private static final byte[] KEY = "the key of this test, 32 bytes..".getBytes(UTF_8);
    private static final String QUESTION = "rover 2026-11-21T00:00:00Z";
    private static final Cursor CURSOR = new Cursor(60_000_000, -1, 7, 0, Long.MIN_VALUE, Long.MAX_VALUE);

    private static void assertRefused(String text, byte[] key, String scope) {
        assertThatThrownBy(() -> Cursor.read(text, key, scope))
                .as(text)
                .isInstanceOf(ServiceException.Malformed.class)
                .hasMessageContaining("cursor");
    }

    @Test
    void comesBackAsItWasGiven() {
        assertThat(Cursor.read(CURSOR.sign(KEY, QUESTION), KEY, QUESTION)).isEqualTo(CURSOR);
    }

    @Test
    void belongsToItsQuestionAndItsKey() {
        String given = CURSOR.sign(KEY, QUESTION);
        assertRefused(given, KEY, QUESTION + " ");
        assertRefused(given, KEY, "");
        assertRefused(given, "another key".getBytes(UTF_8), QUESTION);
    }

    @Test
    void bearsNoChangeOfAnyBit() {
        byte[] whole = Base64.getUrlDecoder().decode(CURSOR.sign(KEY, QUESTION));
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] forged = whole.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(Base64.getUrlEncoder().withoutPadding().encodeToString(forged), KEY, QUESTION);
        }
    }

    @Test
    void refusesWhatIsNoCursor() {
        String given = CURSOR.sign(KEY, QUESTION);
        for (String garbled : List.of(
                "",
                "null",
                "../etc/passwd",
                "\u0000",
                "é".repeat(80),
                "A".repeat(80),
                "A".repeat(100_000),
                given.substring(1),
                given.substring(0, given.length() - 4),
                given + "AAAA",
                given + given,
                " " + given)) {
            assertRefused(garbled, KEY, QUESTION);
        }
    }
}
