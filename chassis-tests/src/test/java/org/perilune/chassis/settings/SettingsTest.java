package org.perilune.chassis.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.http.TokenConfig;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.redis.RedisConfig;

class SettingsTest {
    @TempDir
    Path folder;

    private static List<String> faults(Settings settings) {
        InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, settings::check);
        return invalid == null ? List.of() : invalid.faults();
    }

    private Path secretFile(String permissions, String content) throws IOException {
        Path file = Files.createTempFile(folder, "secret", "");
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void standsOnDefaults() {
        Settings in = Settings.of(Map.of("crew.postgres.password", "x"));
        HttpConfig http = HttpConfig.read(in.at("crew"), 8100);

        assertThat(http)
                .isEqualTo(new HttpConfig(
                        "127.0.0.1",
                        8100,
                        Duration.ofSeconds(3),
                        TokenConfig.of(URI.create("http://127.0.0.1:8100/keys"))));
        assertThat(in.effective())
                .containsEntry("crew.http.host", "127.0.0.1")
                .containsEntry("crew.http.port", "8100")
                .containsEntry("crew.http.drain", "PT3S");
    }

    @Test
    void mapsEveryKey() {
        Settings in = Settings.of(Map.ofEntries(
                Map.entry("crew.http.host", "0.0.0.0"),
                Map.entry("crew.http.port", "0"),
                Map.entry("crew.http.drain", "250ms"),
                Map.entry("crew.tokens.keys-url", "https://crew/keys"),
                Map.entry("crew.tokens.revocations-url", "https://crew/ended"),
                Map.entry("crew.tokens.revocations-max-age", "1m"),
                Map.entry("crew.postgres.url", "jdbc:postgresql://db/crew"),
                Map.entry("crew.postgres.user", "crew"),
                Map.entry("crew.postgres.password", "p"),
                Map.entry("crew.postgres.pool-size", "7"),
                Map.entry("crew.redis.host", "cache"),
                Map.entry("crew.redis.port", "1"),
                Map.entry("crew.redis.user", "r"),
                Map.entry("crew.redis.password", "q"),
                Map.entry("crew.mqtt.host", "broker"),
                Map.entry("crew.mqtt.port", "65535"),
                Map.entry("crew.mqtt.user", "m"),
                Map.entry("crew.mqtt.password", "s")));
        Settings crew = in.at("crew");

        assertThat(HttpConfig.read(crew, 1))
                .isEqualTo(new HttpConfig(
                        "0.0.0.0",
                        0,
                        Duration.ofMillis(250),
                        new TokenConfig(
                                URI.create("https://crew/keys"),
                                URI.create("https://crew/ended"),
                                Duration.ofMinutes(1))));
        assertThat(PostgresConfig.read(crew, 1))
                .isEqualTo(new PostgresConfig("jdbc:postgresql://db/crew", "crew", new Secret("p"), 7));
        assertThat(RedisConfig.read(crew)).isEqualTo(new RedisConfig("cache", 1, "r", new Secret("q")));
        assertThat(MqttConfig.read(crew)).isEqualTo(new MqttConfig("broker", 65535, "m", new Secret("s")));
        assertThat(faults(in)).isEmpty();
    }

    @Test
    void reportsEveryViolationAtOnce() {
        Settings in = Settings.of(Map.of(
                "a.port", "65536",
                "a.number", "11",
                "a.ratio", "NaN",
                "a.flag", "yes",
                "a.pause", "soon",
                "a.path", "\0",
                "a.uri", "localhost:8100",
                "a.key-file", folder.resolve("nowhere").toString()));
        Settings a = in.at("a");

        assertThat(a.port("port", 1)).isEqualTo(1);
        a.integer("number", 5, 1, 10);
        a.decimal("ratio", 0.5, 0, 1);
        a.flag("flag", false);
        a.duration("pause", Duration.ofSeconds(1));
        a.path("path", Path.of("."));
        a.uri("uri", URI.create("http://127.0.0.1"));
        a.secret("key");
        a.secret("token");
        a.text("name");
        a.fault("number", "must be under a.port");

        assertThat(faults(in))
                .hasSize(11)
                .anySatisfy(fault -> assertThat(fault).startsWith("a.port: '65536'"))
                .anySatisfy(
                        fault -> assertThat(fault).startsWith("a.number: '11'").contains("from 1 to 10"))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.ratio: 'NaN'"))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.flag: 'yes' is not true or false"))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.pause: 'soon'"))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.path: "))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.uri: 'localhost:8100'"))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.key-file: there is no file"))
                .anySatisfy(fault -> assertThat(fault).startsWith("a.token: is missing; give a.token-file"))
                .contains("a.name: is missing", "a.number: must be under a.port");
    }

    @Test
    void suggestsTheKeyThatWasMeant() {
        Settings in = Settings.of(Map.of("crew.http.prot", "1", "crew.entirely-else", "2", "other.key", "3"));
        in.at("crew").port("http.port", 8100);

        InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, () -> in.check(List.of("other")));
        assertThat(invalid.faults())
                .containsExactly(
                        "crew.entirely-else: there is no such key",
                        "crew.http.prot: there is no such key; did you mean crew.http.port?");
        assertThat(invalid).hasMessageContaining("  - crew.http.prot");
    }

    /** What is given decides; what is only offered may go unread. */
    @Test
    void takesWhatIsOfferedWhereNothingIsGiven() throws Exception {
        Path file = secretFile("rw-------", "canary-of-mine");
        var in = Settings.of(
                Map.of("a.port", "1", "a.mine-file", file.toString()),
                Map.of(
                        "a.port",
                        "2",
                        "a.other",
                        "3",
                        "a.mine",
                        "canary-offered",
                        "a.key",
                        "canary-key",
                        "b.unread",
                        "4"));

        Settings under = in.at("a");
        assertThat(under.port("port", 0)).isEqualTo(1);
        assertThat(under.port("other", 0)).isEqualTo(3);
        assertThat(under.secret("mine").reveal()).isEqualTo("canary-of-mine");
        assertThat(under.secret("key").reveal()).isEqualTo("canary-key");
        assertThat(in.effective()).doesNotContainKey("b.unread");
        assertThat(in.effective().toString()).doesNotContain("canary-");
        assertThat(faults(in)).isEmpty();
    }

    @Test
    void showsNoSecret() throws Exception {
        Path file = secretFile("rw-------", "canary-in-file\n");
        Settings in = Settings.of(Map.of("a.given", "canary-given", "a.kept-file", file.toString()));
        Secret given = in.at("a").secret("given");
        Secret kept = in.at("a").secret("kept");

        assertThat(given.reveal()).isEqualTo("canary-given");
        assertThat(kept.reveal()).isEqualTo("canary-in-file");
        assertThat(in.effective()).containsEntry("a.given", "•••").containsEntry("a.kept-file", file.toString());
        assertThat(in.effective().toString() + given + kept).doesNotContain("canary");
        assertThat(faults(in)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-r--r--"})
    void refusesSecretsThatOthersMayRead(String permissions) throws Exception {
        Path file = secretFile(permissions, "canary");
        Settings in = Settings.of(Map.of("a.key-file", file.toString()));
        in.at("a").secret("key");

        assertThat(faults(in))
                .singleElement()
                .asString()
                .startsWith("a.key-file: ")
                .contains(permissions, "chmod 600");
        assertThat(faults(in).toString()).doesNotContain("canary");
    }

    @Test
    void refusesASecretThatIsGivenTwice() throws Exception {
        Path file = secretFile("rw-------", "canary-in-file");
        Settings in = Settings.of(Map.of("a.key", "canary-given", "a.key-file", file.toString()));
        in.at("a").secret("key");

        assertThat(faults(in)).containsExactly("a.key: is given twice, here and as a.key-file; keep one of the two");
        assertThat(in.effective().toString()).doesNotContain("canary");
    }

    @Test
    void refusesEmptySecretFiles() throws Exception {
        Settings in =
                Settings.of(Map.of("a.key-file", secretFile("rw-------", "\n").toString()));
        in.at("a").secret("key");

        assertThat(faults(in)).singleElement().asString().endsWith("is empty");
    }

    @Test
    void mapsEnvironmentVariables() {
        assertThat(Settings.ofEnvironment(Map.of(
                        "PERILUNE_LUNAR_MODULE__HTTP__PORT", "1",
                        "PERILUNE_CREW__POSTGRES__PASSWORD_FILE", "/x",
                        "PERILUNE_HOME", "/home",
                        "PATH", "/bin")))
                .isEqualTo(Map.of("lunar-module.http.port", "1", "crew.postgres.password-file", "/x"));
    }

    @Test
    void keepsScopesApart() {
        Settings in = Settings.of(Map.of("a.name", "one", "b.name", "two", "outside", "none"));

        assertThat(in.at("a").text("name")).isEqualTo("one");
        assertThat(in.at("b").text("name")).isEqualTo("two");
        assertThat(in.at("c").optionalText("name")).isEmpty();
        assertThat(faults(in)).containsExactly("outside: there is no such key");
    }

    @ParameterizedTest
    @CsvSource({"250ms, PT0.25S", "5s, PT5S", "10m, PT10M", "6h, PT6H", "2d, PT48H", "PT1M30S, PT1M30S"})
    void readsDurations(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "s",
                "-5s",
                "0s",
                "PT0S",
                "-PT5S",
                "5 s",
                "1.5s",
                "5S",
                "99999999999999999999s",
                "9223372036854775807d"
            })
    void refusesWhatIsNoDuration(String text) {
        Settings in = Settings.of(Map.of("pause", text));

        assertThat(in.duration("pause", Duration.ofSeconds(7))).isEqualTo(Duration.ofSeconds(7));
        assertThat(faults(in)).hasSize(1);
    }
}
