package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;

/** What is wrong with an entry, a comment, a rule, an event or a subscription is said field by field, and nothing is kept. */
@ExtendWith(SharedPerilune.class)
final class BadLogInputTest {
    private static final String JSON = "application/json";
    private static final String NOBODY = "019a1fd0-63ab-7440-bb88-231590bfc75a";

    private final Perilune perilune;
    private final Ground ground;

    BadLogInputTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @AfterEach
    void leave() {
        assertThat(perilune.isAlive()).isTrue();
        ground.close();
    }

    /** {@code ~} stands for a text of one character too many. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"text":                                                                            | 400 |
                    []                                                                                  | 422 | body
                    {}                                                                                  | 422 | text
                    {"text":""}                                                                         | 422 | text
                    {"text":"  \\n\\t "}                                                                | 422 | text
                    {"text":7}                                                                          | 422 | text
                    {"text":"~"}                                                                        | 422 | text
                    {"text":"bell \\u0007"}                                                             | 422 | text
                    {"text":"nothing \\u0000"}                                                          | 422 | text
                    {"text":"half \\ud800"}                                                             | 422 | text
                    {"text":"turned \\u202e"}                                                           | 422 | text
                    {"text":"a","title":""}                                                             | 422 | title
                    {"text":"a","title":"two\\nlines"}                                                  | 422 | title
                    {"text":"a","at":"soon"}                                                            | 422 | at
                    {"text":"a","author":"somebody else"}                                               | 422 | author
                    {"text":"a","references":{}}                                                        | 422 | references
                    {"text":"a","references":[{"kind":"wish"}]}                                         | 422 | references[0].kind
                    {"text":"a","references":[{"kind":"command","id":"1 or 1=1"}]}                      | 422 | references[0].id
                    {"text":"a","references":[{"kind":"alarm","id":"../../etc"}]}                       | 422 | references[0].id
                    """)
    void entriesThatCannotBeAreRefused(String body, int status, @Nullable String fields) throws Exception {
        String token = ground.token("operator");
        int before = posts(token);
        String full = body.replace("~", "x".repeat(20_001));
        expect(ground.send("POST", Part.POSTS, "/posts", token, JSON, full), status, fields);
        assertThat(posts(token)).as("entries afterwards").isEqualTo(before);
    }

    /** What looks right but points to nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"kind":"command","id":"019a1fd0-63ab-7440-bb88-231590bfc75a"}
                    {"kind":"telemetry","device":"nobody","parameter":"altitude","from":"2026-01-01T00:00:00Z","to":"2026-01-01T01:00:00Z"}
                    {"kind":"telemetry","device":"lunar-module","parameter":"no-such","from":"2026-01-01T00:00:00Z","to":"2026-01-01T01:00:00Z"}
                    {"kind":"telemetry","device":"lunar-module","parameter":"altitude","from":"2026-01-01T01:00:00Z","to":"2026-01-01T00:00:00Z"}
                    {"kind":"telemetry","device":"lunar-module","parameter":"altitude"}
                    {"kind":"telemetry","device":"a/b","parameter":"altitude","from":"2026-01-01T00:00:00Z","to":"2026-01-01T01:00:00Z"}
                    {"kind":"command","device":"lunar-module"}
                    """)
    void forgedReferencesAreRefused(String reference) throws Exception {
        String body = "{\"text\":\"Look\",\"references\":[" + reference + "]}";
        Answer answer = ground.send("POST", Part.POSTS, "/posts", ground.token("operator"), JSON, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(422);
        assertThat(answer.json().path("errors").toString()).contains("references[0]");
    }

    @Test
    void commentsThatCannotBeAreRefused() throws Exception {
        String token = ground.token("operator");
        String post = created("/posts", Part.POSTS, token);
        String comments = "/posts/" + post + "/comments";
        expect(ground.send("POST", Part.COMMENTS, comments, token, JSON, "{}"), 422, "text");
        expect(ground.send("POST", Part.COMMENTS, comments, token, JSON, "{\"text\":\"\"}"), 422, "text");
        String tooLong = "{\"text\":\"" + "x".repeat(5_001) + "\"}";
        expect(ground.send("POST", Part.COMMENTS, comments, token, JSON, tooLong), 422, "text");
        String huge = "{\"text\":\"" + "x".repeat(2_000_000) + "\"}";
        assertThat(ground.send("POST", Part.COMMENTS, comments, token, JSON, huge)
                        .status())
                .isEqualTo(413);
        String unknown = "/posts/" + NOBODY + "/comments";
        expect(ground.send("POST", Part.COMMENTS, unknown, token, JSON, "{\"text\":\"a\"}"), 404, null);
        expect(ground.send("POST", Part.COMMENTS, "/posts/x'--/comments", token, JSON, "{\"text\":\"a\"}"), 404, null);
        expect(
                ground.send(
                        "PATCH", Part.COMMENTS, "/comments/" + NOBODY, token, JSON, "{\"revision\":1,\"text\":\"b\"}"),
                404,
                null);
        String comment = created(comments, Part.COMMENTS, token);
        String stale = "{\"revision\":99,\"text\":\"b\"}";
        expect(ground.send("PATCH", Part.COMMENTS, "/comments/" + comment, token, JSON, stale), 409, null);
        ground.send("DELETE", Part.POSTS, "/posts/" + post, token, null, null);
        expect(ground.get(Part.POSTS, "/posts/" + post, token), 410, null);
    }

    /** Of somebody else; {@code program:cli} and a person. */
    @Test
    void anothersWorkIsNotToBeChanged() throws Exception {
        String own = ground.token("operator");
        String post = created("/posts", Part.POSTS, own);
        String comment = created("/posts/" + post + "/comments", Part.COMMENTS, own);
        String other = person("eve");
        String change = "{\"revision\":1,\"text\":\"mine now\"}";
        expect(ground.send("PATCH", Part.POSTS, "/posts/" + post, other, JSON, change), 403, null);
        expect(ground.send("DELETE", Part.POSTS, "/posts/" + post, other, null, null), 403, null);
        expect(ground.send("PATCH", Part.COMMENTS, "/comments/" + comment, other, JSON, change), 403, null);
        expect(ground.send("DELETE", Part.COMMENTS, "/comments/" + comment, other, null, null), 403, null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"type":"Post*","data":{}}                                                          | 422
                    {"type":"#","data":{}}                                                              | 422
                    {"type":"a.*.b","data":{}}                                                          | 422
                    {"type":"","data":{}}                                                               | 422
                    {"data":{}}                                                                         | 422
                    {"type":7}                                                                          | 422
                    {"type":"CommentModerated","source":"urn:perilune:moderation","data":{}}            | 422
                    {"type":"A","specversion":"0.3","data":{}}                                          | 422
                    {"type":"A","time":"yesterday"}                                                     | 422
                    {"type":"A","data_base64":"AAAA"}                                                   | 422
                    {"type":"A","Bad-Name":"x"}                                                         | 422
                    {"type":                                                                            | 400
                    []                                                                                  | 422
                    """)
    void eventsThatAreNoneAreRefused(String body, int status) throws Exception {
        expect(ground.send("POST", Part.EVENT_BUS, "/events", ground.token("operator"), JSON, body), status, null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    http://example.com/hook
                    ftp://example.com/hook
                    file:///etc/passwd
                    gopher://example.com/
                    https://127.0.0.1/hook
                    https://127.1/hook
                    https://2130706433/hook
                    https://0x7f.0.0.1/hook
                    https://0177.0.0.1/hook
                    https://0.0.0.0/hook
                    https://localhost/hook
                    https://localhost./hook
                    https://10.0.0.1/hook
                    https://172.16.0.1/hook
                    https://192.168.1.1/hook
                    https://169.254.169.254/latest/meta-data
                    https://100.64.0.1/hook
                    https://[::1]/hook
                    https://[::ffff:127.0.0.1]/hook
                    https://[fd00::1]/hook
                    https://[fe80::1]/hook
                    https://[64:ff9b::7f00:1]/hook
                    https://user:secret@example.com/hook
                    https://example.com@127.0.0.1/hook
                    https://example.com:22/hook
                    https://example.com\\@127.0.0.1/
                    https:///hook
                    //example.com/hook
                    not an address
                    """)
    void callbackAddressesOfEveryTrickAreRefused(String url) throws Exception {
        String body = "{\"url\":\"" + url.replace("\\", "\\\\") + "\",\"types\":[]}";
        Answer answer =
                ground.send("POST", Part.EVENT_BUS, "/subscriptions", ground.token("administrator"), JSON, body);
        expect(answer, 422, "url");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"id":"a","kind":"pattern","action":"reject","pattern":"(["}
                    {"id":"a","kind":"pattern","action":"reject"}
                    {"id":"a","kind":"words","action":"shout","words":["x"]}
                    {"id":"","kind":"words","action":"reject","words":["x"]}
                    {"id":"a","kind":"length","action":"reject"}
                    {"id":"a","kind":"length","action":"reject","minimum":5,"maximum":4}
                    {"id":"a","kind":"rate","action":"reject","comments":0,"seconds":10}
                    {"id":"a","kind":"links","action":"reject","maximum":-1}
                    {"id":"a","kind":"taste","action":"reject"}
                    """)
    void rulesThatCannotBeAreRefused(String rule) throws Exception {
        String token = ground.token("flight-director");
        long version = ground.get(Part.MODERATION, "/rules", token)
                .json()
                .path("version")
                .asLong();
        String body = "{\"version\":" + version + ",\"rules\":[" + rule + "]}";
        Answer answer = ground.send("PUT", Part.MODERATION, "/rules", token, JSON, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(422);
        assertThat(answer.json().path("errors").toString()).contains("rules[0]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    POSTS | /posts?limit=0
                    POSTS | /posts?limit=101
                    POSTS | /posts?cursor=AAAA
                    COMMENTS | /comments?status=asleep
                    COMMENTS | /comments?limit=1000000000
                    MODERATION | /decisions?status=asleep
                    MODERATION | /decisions?cursor=AAAA
                    QUERY | /posts?limit=101
                    QUERY | /posts?cursor=AAAA
                    QUERY | /posts?devcie=rover
                    QUERY | /search
                    QUERY | /search?q=
                    QUERY | /activity?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z
                    EVENT_BUS | /events?type=Post*
                    EVENT_BUS | /events?after=-1
                    """)
    void impossibleQuestionsAreRefused(Part part, String path) throws Exception {
        expect(ground.get(part, path, ground.token("viewer")), 400, null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    POSTS | POST | /posts | {"text":"a"} | viewer
                    COMMENTS | POST | /posts/019a1fd0-63ab-7440-bb88-231590bfc75a/comments | {"text":"a"} | viewer
                    MODERATION | PUT | /rules | {"version":1,"rules":[]} | operator
                    MODERATION | POST | /decisions/019a1fd0-63ab-7440-bb88-231590bfc75a/approve | {} | operator
                    MODERATION | POST | /decisions/019a1fd0-63ab-7440-bb88-231590bfc75a/approve | {} | administrator
                    QUERY | POST | /rebuild | {} | flight-director
                    EVENT_BUS | POST | /events | {"type":"A"} | viewer
                    EVENT_BUS | POST | /subscriptions | {"url":"https://example.com/","types":[]} | flight-director
                    """)
    void rolesThatMayNotAreTurnedAway(Part part, String method, String path, String body, String role)
            throws Exception {
        expect(ground.send(method, part, path, ground.token(role), JSON, body), 403, null);
        assertThat(ground.send(method, part, path, null, JSON, body).status()).isEqualTo(401);
    }

    private String created(String path, Part part, String token) throws Exception {
        Answer answer = ground.send("POST", part, path, token, JSON, "{\"text\":\"<script>alert(1)</script> **a**\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        return answer.json().path("id").asText();
    }

    /** A token of a person who is an operator. */
    private String person(String name) throws Exception {
        String password = "correct horse battery";
        String body = "{\"name\":\"%s\",\"password\":\"%s\",\"role\":\"operator\"}".formatted(name, password);
        Answer made = ground.send("POST", Part.CREW, "/people", ground.token("administrator"), JSON, body);
        assertThat(made.status()).as("%s", made).isIn(201, 409);
        String login = "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, password);
        return ground.send("POST", Part.CREW, "/sessions", null, JSON, login)
                .json()
                .path("access_token")
                .asText();
    }

    private int posts(String token) throws Exception {
        return ground.get(Part.POSTS, "/posts?limit=100", token)
                .json()
                .path("posts")
                .size();
    }

    private static void expect(Answer answer, int status, @Nullable String fields) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        List<String> named = new ArrayList<>(answer.json().path("errors").findValuesAsText("field"));
        if (fields != null) {
            assertThat(named.stream().distinct().sorted()).as("%s", answer).isEqualTo(List.of(fields.split(",")));
        }
    }
}
