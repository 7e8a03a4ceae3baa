package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import org.junit.jupiter.api.Test;

class PasswordHasherTest {
    private final PasswordHasher hasher = new PasswordHasher();

    @Test
    void hashesWithTheParametersAskedFor() {
        String hash = hasher.hash("the dish at Parkes");
        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(hasher.hash("the dish at Parkes")).isNotEqualTo(hash);
        assertThat(hasher.matches("the dish at Parkes", hash)).isTrue();
        assertThat(hasher.matches("the dish at parkes", hash)).isFalse();
        assertThat(hasher.outdated(hash)).isFalse();
        hasher.matchNobody("anything");
    }

    @Test
    void takesOneCharacterHoweverItIsWritten() {
        assertThat(hasher.matches("cafe\u0301 noir", hasher.hash("caf\u00e9 noir")))
                .isTrue();
    }

    @Test
    void knowsOutdatedParameters() {
        String old = Argon2Function.getInstance(8 * 1024, 1, 1, 32, Argon2.ID)
                .hash("the dish at Parkes".getBytes(java.nio.charset.StandardCharsets.UTF_8), new byte[16])
                .getResult();
        assertThat(hasher.matches("the dish at Parkes", old)).isTrue();
        assertThat(hasher.outdated(old)).isTrue();
    }
}
