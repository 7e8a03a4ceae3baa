package org.perilune.console.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A rule of moderation as a sentence. */
public final class RuleWords {
    private RuleWords() {}

    public static String sentence(JsonNode rule) {
        boolean rejects = rule.path("action").asText().equals("reject");
        return (rejects ? "Rejects " : "Holds for a flight director ") + what(rule) + ".";
    }

    private static String what(JsonNode rule) {
        return switch (rule.path("kind").asText()) {
            case "words" ->
                rule.path("words").isEmpty()
                        ? "nothing yet: it has no words"
                        : "what has one of the words " + listed(rule.path("words"), "or");
            case "pattern" -> "what matches the pattern " + rule.path("pattern").asText();
            case "length" -> "what is " + length(rule);
            case "rate" ->
                "more than " + rule.path("comments").asText() + " comments of one author within "
                        + rule.path("seconds").asText() + " s";
            case "links" ->
                "what has more than " + rule.path("maximum").asText() + " links"
                        + (rule.path("allowed_hosts").isEmpty()
                                ? ""
                                : "; links to " + listed(rule.path("allowed_hosts"), "and") + " are not counted");
            default -> "by a rule of the kind " + rule.path("kind").asText() + ", which this console does not know";
        };
    }

    private static String length(JsonNode rule) {
        var limits = new ArrayList<String>();
        if (rule.path("minimum").isNumber()) {
            limits.add("shorter than " + rule.path("minimum").asText());
        }
        if (rule.path("maximum").isNumber()) {
            limits.add("longer than " + rule.path("maximum").asText());
        }
        return String.join(" or ", limits) + " characters";
    }

    private static String listed(JsonNode texts, String word) {
        List<String> all = new ArrayList<>();
        texts.forEach(one -> all.add(one.asText()));
        if (all.size() < 2) {
            return String.join("", all);
        }
        return String.join(", ", all.subList(0, all.size() - 1)) + " " + word + " " + all.getLast();
    }
}
