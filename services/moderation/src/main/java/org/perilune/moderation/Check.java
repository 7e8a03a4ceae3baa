package org.perilune.moderation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a rule looks for. Safe for threads. */
sealed interface Check {
    String kind();

    /** What is wrong, for people, without a full stop; empty where nothing is. */
    Optional<String> objection(Written written, Rates rates);

    /** Its own fields. */
    void write(ObjectNode json);

    /** Whole words, however they are written. */
    record Words(List<String> words, WordList list) implements Check {
        static final String KIND = "words";

        public Words {
            words = List.copyOf(words);
        }

        Words(List<String> words) {
            this(words, WordList.of(words));
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> objection(Written written, Rates rates) {
            return list.first(written.shown())
                    .or(() -> list.first(written.source()))
                    .map(word -> "The word “" + word + "” is not wanted");
        }

        @Override
        public void write(ObjectNode json) {
            words.forEach(json.putArray("words")::add);
        }
    }

    /** An expression of RE2, whose time is linear in the text. */
    record Expression(Pattern pattern) implements Check {
        static final String KIND = "pattern";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> objection(Written written, Rates rates) {
            boolean found =
                    found(written.source()) || (!written.shown().equals(written.source()) && found(written.shown()));
            return found ? Optional.of("It has something in it that is not wanted") : Optional.empty();
        }

        private boolean found(String text) {
            return pattern.matcher(text).find();
        }

        @Override
        public void write(ObjectNode json) {
            json.put("pattern", pattern.pattern());
        }
    }

    /** In characters, blanks at either end aside. */
    record Length(@Nullable Integer minimum, @Nullable Integer maximum) implements Check {
        static final String KIND = "length";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> objection(Written written, Rates rates) {
            String text = written.source().strip();
            int length = text.codePointCount(0, text.length());
            if (minimum != null && length < minimum) {
                return Optional.of("It has %d characters; at least %d are wanted".formatted(length, minimum));
            }
            if (maximum != null && length > maximum) {
                return Optional.of("It has %d characters; at most %d are allowed".formatted(length, maximum));
            }
            return Optional.empty();
        }

        @Override
        public void write(ObjectNode json) {
            if (minimum != null) {
                json.put("minimum", minimum);
            }
            if (maximum != null) {
                json.put("maximum", maximum);
            }
        }
    }

    /** Comments of one author, edits and what became of them aside. */
    record Rate(int comments, int seconds) implements Check {
        static final String KIND = "rate";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> objection(Written written, Rates rates) {
            return rates.isOver(comments, Duration.ofSeconds(seconds))
                    ? Optional.of("There are more than %d comments of the same author within %d s"
                            .formatted(comments, seconds))
                    : Optional.empty();
        }

        @Override
        public void write(ObjectNode json) {
            json.put("comments", comments);
            json.put("seconds", seconds);
        }
    }

    /** Those that lead elsewhere than to the allowed hosts; compared by their ASCII form. */
    record Links(int maximum, List<String> allowedHosts, Set<String> allowed) implements Check {
        static final String KIND = "links";

        public Links {
            allowedHosts = List.copyOf(allowedHosts);
            allowed = Set.copyOf(allowed);
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> objection(Written written, Rates rates) {
            long count = written.links().stream()
                    .filter(link -> Hosts.of(link).filter(allowed::contains).isEmpty())
                    .count();
            return count > maximum
                    ? Optional.of("It has %d links; at most %d are allowed".formatted(count, maximum))
                    : Optional.empty();
        }

        @Override
        public void write(ObjectNode json) {
            json.put("maximum", maximum);
            if (!allowedHosts.isEmpty()) {
                allowedHosts.forEach(json.putArray("allowed_hosts")::add);
            }
        }
    }
}
