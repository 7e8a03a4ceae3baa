package org.perilune.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;

/** Reads a list of rules; all that is wrong with it is collected. What passes cannot fail on any comment. */
final class RuleReader {
    static final int MOST_RULES = 50;
    private static final int MOST_WORDS = 500;
    private static final int LONGEST_WORD = 64;
    private static final int LONGEST_NOTE = 200;
    private static final int MOST_CHARACTERS = 5_000;
    private static final int MOST_COMMENTS = 1_000;
    private static final int MOST_SECONDS = 86_400;
    private static final int MOST_LINKS = 100;
    private static final int MOST_HOSTS = 100;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final Expressions expressions = new Expressions();

    private RuleReader() {}

    /** The rules under {@code rules}, which must be there. */
    static List<Rule> read(JsonObjectReader in) {
        if (in.any("rules") == null) {
            in.fault("rules", "is missing");
            return List.of();
        }
        var reader = new RuleReader();
        var rules = new ArrayList<Rule>();
        var ids = new HashSet<String>();
        List<JsonNode> given = in.list("rules", MOST_RULES);
        for (int place = 0; place < given.size(); place++) {
            String path = "rules[" + place + "]";
            if (given.get(place) instanceof ObjectNode object) {
                JsonObjectReader fields = in.within(object, path);
                reader.rule(fields).ifPresent(rule -> {
                    if (!ids.add(rule.id())) {
                        fields.fault("id", "is there twice");
                    }
                    rules.add(rule);
                });
            } else {
                in.fault(path, "must be an object");
            }
        }
        return rules;
    }

    private Optional<Rule> rule(JsonObjectReader in) {
        String id = in.name("id", ID, "must be 1 to 64 letters, digits and '-'");
        Action action = action(in);
        String note = UserText.optionalLine(in, "note", LONGEST_NOTE).orElse(null);
        Check check = check(in);
        if (check == null) {
            return Optional.empty(); // nobody knows which fields it may have
        }
        in.end();
        return Optional.of(new Rule(id, action, note, check));
    }

    private static Action action(JsonObjectReader in) {
        String action = word(in, "action");
        for (Action one : Action.values()) {
            if (one.wireName().equals(action)) {
                return one;
            }
        }
        in.fault("action", "must be reject or hold");
        return Action.HOLD;
    }

    private @Nullable Check check(JsonObjectReader in) {
        return switch (word(in, "kind")) {
            case Check.Words.KIND -> words(in);
            case Check.Expression.KIND -> new Check.Expression(expressions.read(in, "pattern"));
            case Check.Length.KIND -> length(in);
            case Check.Rate.KIND ->
                new Check.Rate(number(in, "comments", 1, MOST_COMMENTS), number(in, "seconds", 1, MOST_SECONDS));
            case Check.Links.KIND -> links(in);
            default -> {
                in.fault("kind", "must be words, pattern, length, rate or links");
                yield null;
            }
        };
    }

    private static Check words(JsonObjectReader in) {
        List<String> words = texts(in, "words", MOST_WORDS);
        for (int place = 0; place < words.size(); place++) {
            String word = words.get(place);
            String path = "words[" + place + "]";
            Optional<String> fault = TextValidation.fault(word, LONGEST_WORD);
            if (fault.isPresent()) {
                in.fault(path, fault.get());
            } else if (Folding.words(word).isEmpty()) {
                in.fault(path, "must have a letter or a digit in it");
            }
        }
        return new Check.Words(words);
    }

    private static Check length(JsonObjectReader in) {
        Integer minimum =
                in.integer("minimum", 0, MOST_CHARACTERS).map(Long::intValue).orElse(null);
        Integer maximum =
                in.integer("maximum", 1, MOST_CHARACTERS).map(Long::intValue).orElse(null);
        if (in.any("minimum") == null && in.any("maximum") == null) {
            in.fault("maximum", "is missing, and minimum, too: one of them is needed");
        }
        if (minimum != null && maximum != null && minimum > maximum) {
            in.fault("minimum", "must not be over maximum");
        }
        return new Check.Length(minimum, maximum);
    }

    private static Check links(JsonObjectReader in) {
        int maximum = number(in, "maximum", 0, MOST_LINKS);
        List<String> hosts = in.any("allowed_hosts") == null ? List.of() : texts(in, "allowed_hosts", MOST_HOSTS);
        for (int place = 0; place < hosts.size(); place++) {
            if (Hosts.ascii(hosts.get(place)).isEmpty()) {
                in.fault("allowed_hosts[" + place + "]", "must be the name of a host, such as nasa.gov");
            }
        }
        Set<String> allowed =
                hosts.stream().flatMap(host -> Hosts.ascii(host).stream()).collect(Collectors.toSet());
        return new Check.Links(maximum, hosts, allowed);
    }

    /** A list that must be there. */
    private static List<String> texts(JsonObjectReader in, String name, int most) {
        if (in.any(name) == null) {
            in.fault(name, "is missing");
        }
        var texts = new ArrayList<String>();
        for (JsonNode element : in.list(name, most)) {
            if (!element.isTextual()) {
                in.fault(name + "[" + texts.size() + "]", "must be text");
            }
            texts.add(element.asText());
        }
        return texts;
    }

    private static int number(JsonObjectReader in, String name, int least, int most) {
        if (in.any(name) == null) {
            in.fault(name, "is missing");
            return least;
        }
        return in.integer(name, least, most).map(Long::intValue).orElse(least);
    }

    private static String word(JsonObjectReader in, String name) {
        JsonNode value = in.any(name);
        return value != null && value.isTextual() ? value.textValue() : "";
    }
}
