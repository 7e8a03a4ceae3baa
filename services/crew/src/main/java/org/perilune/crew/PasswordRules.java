package org.perilune.crew;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which passwords are taken: any 8 to 128 characters that are not among the first anybody would guess. */
final class PasswordRules {
    static final int SHORTEST = 8;
    static final int LONGEST = 128;

    private final Set<String> common = read();

    /** @return what is wrong with it; never the password itself */
    Optional<String> objection(String password, String name) {
        int length = password.codePointCount(0, password.length());
        if (length < SHORTEST || length > LONGEST) {
            return Optional.of("must have " + SHORTEST + " to " + LONGEST + " characters");
        }
        String lower = password.toLowerCase(Locale.ROOT);
        if (common.contains(lower) || lower.equals(name)) {
            return Optional.of("is among the first that anybody would guess; choose another");
        }
        boolean oneCharacter = password.codePoints().distinct().count() == 1;
        return oneCharacter ? Optional.of("repeats one character; choose another") : Optional.empty();
    }

    private static Set<String> read() {
        InputStream words = Objects.requireNonNull(
                PasswordRules.class.getResourceAsStream("common-passwords.txt"), "The jar lacks the common passwords");
        try (var reader = new BufferedReader(new InputStreamReader(words, UTF_8))) {
            return reader.lines()
                    .flatMap(line -> java.util.stream.Stream.of(line.split(" ")))
                    .filter(word -> !word.isEmpty())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
