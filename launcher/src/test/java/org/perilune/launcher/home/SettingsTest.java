package org.perilune.launcher.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.launcher.TrainCommand;
import org.perilune.launcher.process.LaunchPlan;

final class SettingsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void reportsEveryFaultAtOnceAndMakesNothing() {
        var home = new Home(folder.resolve("home"));
        var wrong = Map.of(
                "crew.http.port", "x",
                "telemetry.http.por", "8001",
                "lunar-module.orbit.period", "1s",
                "embedded.postgres.port", "70000");

        assertThatThrownBy(() -> LaunchPlan.read(home, wrong))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("crew.http.port: 'x'")
                .hasMessageContaining("did you mean telemetry.http.port?")
                .hasMessageContaining("lunar-module.orbit.period")
                .hasMessageContaining("embedded.postgres.port: '70000'");
        assertThat(home.folder()).doesNotExist();
    }

    /** Only files that the home makes itself may still be missing. */
    @Test
    void reportsASecretFileOfTheUsersThatIsMissing() {
        Path missing = folder.resolve("secrets").resolve("mine");

        assertThatThrownBy(() -> LaunchPlan.read(
                        new Home(folder.resolve("home")), Map.of("crew.cli.secret-file", missing.toString())))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("there is no file " + missing);
    }

    @Test
    void refusesTlsBetweenServicesThatFindEachOtherOnLoopback() {
        var home = new Home(folder.resolve("home"));

        assertThatThrownBy(() -> LaunchPlan.read(home, Map.of("crew.http.tls.enabled", "true")))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("crew.http.tls.enabled: is for services that run apart")
                .hasMessageContaining("crew.http.tls.certificate-file: is missing");
    }

    /** Services run apart default to the servers' own ports, which the embedded ones leave to them. */
    @Test
    void showsThePortsOfTheEmbeddedServers() {
        LaunchPlan plan = LaunchPlan.read(
                new Home(folder.resolve("home")), Map.of("embedded.redis.port", "7777", "status.amqp.port", "8888"));

        assertThat(plan.effective())
                .containsEntry("telemetry.redis.port", "7777")
                .containsEntry("status.amqp.port", "8888")
                .containsEntry(
                        "crew.amqp.port", Integer.toString(plan.backends().port(Topology.Store.AMQP)));
    }

    @Test
    void servicesFindEachOtherOnWhateverPortsWereChosen() {
        LaunchPlan plan = LaunchPlan.read(new Home(folder), TrainCommand.freePorts());

        assertThat(plan.ports().values()).doesNotContain(0).doesNotHaveDuplicates();
        assertThat(plan.settings())
                .containsEntry(
                        "telemetry.tokens.keys-url",
                        "http://127.0.0.1:" + plan.ports().get("crew") + "/keys");
    }

    @Test
    void laterSourcesWin() throws IOException {
        Path first = Files.writeString(folder.resolve("a"), "a=home\nb=home\nc=home\nd.e=home\n");
        Path second = Files.writeString(folder.resolve("b"), "b=config\nc=config\nd.e=config\n");

        Map<String, String> read =
                UserSettings.read(first, Optional.of(second), Map.of("PERILUNE_D__E", "environment"), List.of("c=set"));

        assertThat(read)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("a", "home", "b", "config", "c", "set", "d.e", "environment"));
    }

    @Test
    void refusesSecretsInArguments() {
        assertThatThrownBy(() -> UserSettings.read(
                        folder.resolve("none"), Optional.empty(), Map.of(), List.of("crew.postgres.password=x")))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("crew.postgres.password-file");
    }

    @Test
    void effectiveSettingsHideSecrets() {
        LaunchPlan plan = LaunchPlan.read(new Home(folder), Map.of("crew.cli.secret", "a-secret-of-mine-1234"));

        assertThat(plan.effective()).containsEntry("crew.cli.secret", "•••");
        assertThat(plan.effective().toString()).doesNotContain("a-secret-of-mine");
    }

    /** A second copy of any service must find room; a dozen connections are outside of pools. */
    @Test
    void poolsOfTwoCopiesFitIntoTheEmbeddedDatabase() {
        LaunchPlan plan = LaunchPlan.read(new Home(folder), Map.of());

        int all = plan.effective().entrySet().stream()
                .filter(setting -> setting.getKey().endsWith(".postgres.pool-size"))
                .mapToInt(setting -> Integer.parseInt(setting.getValue()))
                .sum();
        assertThat(all).isPositive();
        assertThat(2 * all + 12).isLessThan(BackendsConfig.POSTGRESQL_CONNECTIONS - 3);
    }

    /** As for a store that is not the embedded backends'. */
    @Test
    void takesTheUsersSecretOfAStoreFromAFile() throws IOException {
        Path secret = Files.createFile(
                folder.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "of-another-broker");

        LaunchPlan plan = LaunchPlan.read(
                new Home(folder.resolve("home")), Map.of("posts.amqp.password-file", secret.toString()));

        String padsOwn = folder.resolve("pads-own").toString();
        assertThat(plan.complete(Map.of("posts.amqp.password-file", padsOwn)))
                .containsEntry("posts.amqp.password-file", secret.toString())
                .doesNotContainKey("posts.amqp.password");
    }
}
