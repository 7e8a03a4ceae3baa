package org.perilune.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.settings.SettingsFile;
import org.perilune.contracts.Topology;
import org.perilune.deploy.ComposeSecrets;
import org.perilune.deploy.DeploymentFiles;
import org.perilune.launcher.process.ServiceDefinitions;

/** What is made from the topology is what services and the build read. */
class DeploymentTest {
    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

    @TempDir
    Path folder;

    @Test
    void filesAreAsTheTopologyHasThem() throws IOException {
        assertThat(DeploymentFiles.different(DEPLOY))
                .as("./perilune deploy writes them anew")
                .isEmpty();
    }

    @Test
    void imagesAreBuiltFromEveryModule() throws IOException {
        List<String> modules = MODULE.matcher(Files.readString(Path.of("..", "pom.xml")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(modules).isNotEmpty();
        String containerfile = Files.readString(DEPLOY.resolve("Containerfile"));
        assertThat(modules).allSatisfy(module -> assertThat(containerfile).contains("COPY " + module + "/pom.xml"));
        assertThat(modules)
                .filteredOn(module -> module.startsWith("chassis/"))
                .allSatisfy(module -> assertThat(containerfile)
                        .contains("COPY --from=build /image/layer-" + module.substring("chassis/".length())));
    }

    @Test
    void everyServiceStartsWithTheSettingsOfItsTraining() {
        assertAccepted(SettingsFile.read(DEPLOY.resolve("image/training.properties")));
    }

    @Test
    void everyServiceStartsWithTheSettingsOfCompose() throws IOException {
        Files.createDirectory(folder.resolve("compose"));
        Files.copy(DEPLOY.resolve("images.env"), folder.resolve("images.env"));
        List<Path> keys = new ComposeSecrets(folder).make(List.of("rover"));
        assertThat(keys).singleElement().satisfies(key -> assertThat(key).isNotEmptyFile());
        assertThat(folder.resolve("secrets/mosquitto-passwords")).content().contains("rover:$7$");

        var settings = new HashMap<String, String>();
        SettingsFile.read(DEPLOY.resolve("compose/perilune.properties"))
                .forEach((key, value) -> settings.put(
                        key,
                        value.replace("/run/secrets", folder.resolve("secrets").toString())));
        String secret = Files.readString(folder.resolve("secrets/crew-cli"));
        assertAccepted(settings);

        new ComposeSecrets(folder).make(List.of());
        assertThat(folder.resolve("secrets/crew-cli")).content().isEqualTo(secret);
        assertThat(folder.resolve("secrets/mosquitto-passwords")).content().contains("rover:$7$");
    }

    /** No key is missing, and none is there that its service does not know. */
    private static void assertAccepted(Map<String, String> settings) {
        var read = Settings.of(settings);
        for (Topology.Service service : Topology.SERVICES) {
            ServiceDefinition<?> definition = ServiceDefinitions.named(service.name());
            definition.prepare(read);
        }
        assertThatCode(() -> read.check(List.of())).doesNotThrowAnyException();
    }
}
