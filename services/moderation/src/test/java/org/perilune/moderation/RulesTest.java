package org.perilune.moderation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.ServiceException.Fault;
import org.perilune.contracts.FlightLog.Status;

class RulesTest {
    private static List<Rule> rules(String json) {
        try {
            JsonObjectReader in = JsonObjectReader.of((ObjectNode) Json.mapper().readTree("{\"rules\":" + json + "}"));
            List<Rule> rules = RuleReader.read(in);
            in.check();
            return rules;
        } catch (JsonProcessingException failure) {
            throw new AssertionError(failure);
        }
    }

    private static boolean objects(String fields, String text) {
        List<Rule> rules = rules("[{\"id\":\"r\",\"action\":\"reject\"," + fields + "}]");
        return RuleSet.judge(rules, text, Rates.NONE).status() == Status.REJECTED;
    }

    private static List<String> faults(String json) {
        Optional<ServiceException.Invalid> refused = Optional.empty();
        try {
            rules(json);
        } catch (ServiceException.Invalid failure) {
            refused = Optional.of(failure);
        }
        return refused.orElseThrow().faults().stream().map(Fault::field).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "What a muppet.",
                "MUPPET!",
                "müppét",
                "mu\u0308ppet",
                "mup\u200bpet",
                "m\u00adu\u2060p\u034fpet",
                "\uff4d\uff55\uff50\uff50\uff45\uff54",
                "mupp\u0435t",
                "\u039cuppet",
                "\ud835\udd2a\ud835\udd32\ud835\udd2d\ud835\udd2d\ud835\udd22\ud835\udd31",
                "m**upp**et",
                "mup&#112;et",
                "mup\\\npet muppet",
                "[nice](https://example.org \"muppet\")",
                "![muppet](x.png)",
                "`muppet`",
                "<b title='muppet'>",
                "(muppet)",
                "_muppet_",
                "muppet's",
                "a bad   apple",
                "BAD-Apple",
            })
    void findsWholeWordsHoweverTheyAreWritten(String text) {
        assertThat(objects("\"kind\":\"words\",\"words\":[\"muppet\",\"bad apple\"]", text))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"muppets", "supermuppet", "mup pet", "bad", "apple bad", "", " ", "\ud83d\ude80"})
    void leavesOtherWordsAlone(String text) {
        assertThat(objects("\"kind\":\"words\",\"words\":[\"muppet\",\"bad apple\"]", text))
                .isFalse();
    }

    @Test
    void foldsTheWordsOfTheListAsWell() {
        assertThat(objects("\"kind\":\"words\",\"words\":[\"STRASSE\"]", "straße"))
                .isTrue();
        assertThat(objects("\"kind\":\"words\",\"words\":[\"Müll\"]", "mull")).isTrue();
        assertThat(objects("\"kind\":\"words\",\"words\":[\"слово\"]", "СЛОВО")).isTrue();
        assertThat(objects("\"kind\":\"words\",\"words\":[\"ΟΔΟΣ\"]", "οδός")).isTrue();
        assertThat(objects("\"kind\":\"words\",\"words\":[\"I\"]", "ı")).isTrue();
        assertThat(objects("\"kind\":\"words\",\"words\":[\"月\"]", "月")).isTrue();
    }

    @Test
    void looksForExpressionsInWhatIsWrittenAndInWhatIsShown() {
        assertThat(objects("\"kind\":\"pattern\",\"pattern\":\"(?i)for sale\"", "FOR SALE"))
                .isTrue();
        assertThat(objects("\"kind\":\"pattern\",\"pattern\":\"for sale\"", "for **sale**"))
                .isTrue();
        assertThat(objects("\"kind\":\"pattern\",\"pattern\":\"\\\\*\\\\*\"", "for **sale**"))
                .isTrue();
        assertThat(objects("\"kind\":\"pattern\",\"pattern\":\"^for$\"", "for sale"))
                .isFalse();
    }

    @Test
    void countsCharactersNotHalves() {
        String kind = "\"kind\":\"length\",\"minimum\":3,\"maximum\":4";
        assertThat(objects(kind, "\ud83d\ude80\ud83d\ude80\ud83d\ude80\ud83d\ude80"))
                .isFalse();
        assertThat(objects(kind, "\ud83d\ude80\ud83d\ude80")).isTrue();
        assertThat(objects(kind, "  ab  ")).isTrue();
        assertThat(objects(kind, "abcde")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "see www.evil.example for more",
                "HTTPS://EVIL.EXAMPLE/x",
                "[a](http://evil.example)",
                "<http://evil.example>",
                "[a][b]\n\n[b]: http://evil.example",
                "![a](https://evil.example/x.png)",
                "[a](//evil.example)",
                "[a](\\\\\\\\evil.example)",
                "[a](https:evil.example)",
                "[a](https://nasa.gov@evil.example/)",
                "[a](https://nasa.gov.evil.example/)",
                "[a](https://evil.example\\\\@nasa.gov/)",
                "[a](https://evil.example#@nasa.gov/)",
                "[a](https://nasa.gov:80@evil.example)",
                "[a](mailto:x@evil.example)",
                "[a](https://n\u0430sa.gov)",
                "[a](https://sub.nasa.gov)",
                "[a](https://)",
                "https://[::1]/",
                "&#104;ttp://evil.example",
                "<a href='http://evil.example'>x</a>",
            })
    void countsLinksToElsewhere(String text) {
        assertThat(objects("\"kind\":\"links\",\"maximum\":0,\"allowed_hosts\":[\"nasa.gov\"]", text))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no link at all. Really",
                "https://nasa.gov/apollo",
                "https://NASA.gov.:443/apollo.",
                "[a](https://\uff4e\uff41\uff53\uff41\u3002gov)",
                "[https://nasa.gov](https://nasa.gov)",
                "<https://user@nasa.gov>",
                "[a](/posts/1) [b](#c)",
                "https://xn--mnchen-3ya.de https://m\u00fcnchen.de",
            })
    void leavesLinksToAllowedHostsAlone(String text) {
        assertThat(objects(
                        "\"kind\":\"links\",\"maximum\":0,\"allowed_hosts\":[\"Nasa.gov\",\"m\u00fcnchen.de\"]", text))
                .isFalse();
    }

    @Test
    void countsEachLinkOnce() {
        String text = "<http://a.example> [http://b.example](http://b.example) http://c.example";
        assertThat(Written.of(text).links()).hasSize(3);
        assertThat(objects("\"kind\":\"links\",\"maximum\":3", text)).isFalse();
        assertThat(objects("\"kind\":\"links\",\"maximum\":2", text)).isTrue();
    }

    @Test
    void theFirstRuleThatObjectsDecides() {
        List<Rule> rules = rules("""
                [{"id":"long","kind":"length","action":"reject","maximum":3},
                 {"id":"held","kind":"words","action":"hold","words":["x"],"note":"Ask Flight"},
                 {"id":"no","kind":"words","action":"reject","words":["x"]}]""");
        assertThat(RuleSet.judge(rules, "x y z", Rates.NONE).rule()).isEqualTo("long");
        assertThat(RuleSet.judge(rules, "x", Rates.NONE))
                .isEqualTo(new RuleSet.Result(Status.PENDING, "held", "The word “x” is not wanted. Ask Flight"));
        assertThat(RuleSet.judge(rules, "y", Rates.NONE)).isEqualTo(new RuleSet.Result(Status.APPROVED, null, null));
        assertThat(RuleSet.judge(List.of(), "anything", Rates.NONE).status()).isEqualTo(Status.APPROVED);
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        assertThat(faults("""
                        [{"id":"a b","kind":"words","action":"reject","words":[]},
                         {"id":"b","kind":"wrds","action":"reject"},
                         {"id":"c","kind":"length","action":"drop"},
                         {"id":"d","kind":"pattern","action":"hold","pattern":"(a"},
                         {"id":"d","kind":"rate","action":"hold","comments":0},
                         {"id":"e","kind":"links","action":"hold","maximum":1,"allowed_hosts":["a b"],"hosts":[]},
                         {"id":"f","kind":"words","action":"hold","words":["a", 7, "--"]},
                         7]"""))
                .containsExactlyInAnyOrder(
                        "rules[0].id",
                        "rules[1].kind",
                        "rules[2].action",
                        "rules[2].maximum",
                        "rules[3].pattern",
                        "rules[4].comments",
                        "rules[4].seconds",
                        "rules[4].id",
                        "rules[5].allowed_hosts[0]",
                        "rules[5].hosts",
                        "rules[6].words[1]",
                        "rules[6].words[2]",
                        "rules[7]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(((a{1000}){1000}){1000})",
                "((((a{0,1000})*){0,1000})?){900,}",
                "(a{0,1000}b?){0,1000}",
                "[^]{}]{1000}([a]]{1000}){1000}",
                "(\\\\p{Greek}{1000}){1000}",
                "(\\\\x{61}{1000}){1000}",
                "(a{1000}\\\\Q)\\\\E){1000}",
                "(?:(?:[[:alpha:]\\\\]]{1000}){1000}){1000}",
                "a{1001}",
                "(a",
                "a**",
                "\\\\1",
                "(?=a)",
                "",
            })
    @Timeout(value = 10, unit = TimeUnit.SECONDS)
    void refusesExpressionsThatWouldFillTheMachine(String pattern) {
        assertThatThrownBy(() -> rules(
                        "[{\"id\":\"r\",\"kind\":\"pattern\",\"action\":\"hold\",\"pattern\":\"" + pattern + "\"}]"))
                .isInstanceOf(ServiceException.Invalid.class)
                .hasMessageContaining("rules[0].pattern");
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS)
    void noTextTakesLong() {
        String text = "a".repeat(5_000);
        assertThat(objects("\"kind\":\"pattern\",\"pattern\":\"(a+)+(a|aa)+(a{0,50}){0,30}!$\"", text))
                .isFalse();
        for (String piece : List.of("> ", "- ", "[", "*", "![", "<", "`", "\\", "&", "(a)[", "**a ", "_a__")) {
            String nested = piece.repeat(5_000 / piece.length());
            assertThat(Written.of(nested).source()).isEqualTo(nested);
        }
        assertThat(Folding.words("\u0315\u0300".repeat(2_500))).isEmpty();
    }

    @Test
    void boundsAllExpressionsTogether() {
        String one = "{\"id\":\"%d\",\"kind\":\"pattern\",\"action\":\"hold\",\"pattern\":\"a{999}\"}";
        assertThat(rules("[" + one.formatted(1) + "," + one.formatted(2) + "]")).hasSize(2);
        var many = new java.util.StringJoiner(",", "[", "]");
        for (int i = 0; i < 6; i++) {
            many.add(one.formatted(i));
        }
        assertThat(faults(many.toString())).contains("rules[5].pattern");
    }

    @Test
    void areWrittenAsTheyWereRead() throws IOException {
        String json = """
                [{"id":"a","kind":"words","action":"hold","words":["x"],"note":"n"},\
                {"id":"b","kind":"pattern","action":"reject","pattern":"x+"},\
                {"id":"c","kind":"length","action":"reject","minimum":1},\
                {"id":"d","kind":"rate","action":"hold","comments":2,"seconds":10},\
                {"id":"e","kind":"links","action":"hold","maximum":1,"allowed_hosts":["x.org"]}]""";
        assertThat(Json.mapper().readTree(Json.bytes(rules(json))))
                .isEqualTo(Json.mapper().readTree(json));
    }
}
