package org.perilune.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

class ComposeTest {
    private static final Path SCHEMA = Path.of("..", "..", "shared", "data", "compose-spec.json");

    private final JsonNode compose = read(Path.of("compose.yaml"));

    private static JsonNode read(Path file) {
        try {
            return new YAMLMapper().readTree(Files.readString(file));
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @Test
    void isWhatTheSpecificationDescribes() throws IOException {
        assumeTrue(Files.exists(SCHEMA), "the Compose specification's schema is not here");
        // Its identifier is no URI, which the validator wants.
        String schema = Files.readString(SCHEMA).replace("\"compose_spec.json\"", "\"https://compose-spec.io/schema\"");
        var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);
        assertThat(registry.getSchema(schema).validate(compose.toString(), InputFormat.JSON))
                .isEmpty();
    }

    @Test
    void servicesAreClosedInAndWaitForTheirStores() {
        for (Service service : Topology.SERVICES) {
            JsonNode made = compose.path("services").path(service.name());
            assertThat(made.path("read_only").asBoolean()).as(service.name()).isTrue();
            assertThat(made.path("cap_drop").path(0).asText()).isEqualTo("ALL");
            assertThat(made.path("healthcheck").path("test").path(1).asText()).isEqualTo("/opt/java/bin/java");
            assertThat(made.path("ports").path(0).asText()).startsWith("127.0.0.1:");
            assertThat(made.path("depends_on").size())
                    .isEqualTo(service.stores().size());
            made.path("depends_on")
                    .forEach(store ->
                            assertThat(store.path("condition").asText()).isEqualTo("service_healthy"));
        }
        assertThat(compose.path("networks").path("stores").path("internal").asBoolean())
                .isTrue();
    }

    @Test
    void everythingThatIsNamedIsThere() {
        var missing = new ArrayList<String>();
        compose.path("services").properties().forEach(entry -> {
            JsonNode service = entry.getValue();
            service.path("secrets").forEach(secret -> name(missing, entry.getKey(), "secrets", secret.asText()));
            JsonNode networks = service.path("networks");
            networks.forEach(network -> name(missing, entry.getKey(), "networks", network.asText()));
            service.path("volumes").forEach(volume -> {
                String source = volume.asText().split(":")[0];
                if (!source.startsWith(".")) {
                    name(missing, entry.getKey(), "volumes", source);
                } else if (!source.equals("./compose/settings.properties") && !Files.exists(Path.of(source))) {
                    missing.add(entry.getKey() + " " + source);
                }
            });
            String image = service.path("image").asText();
            if (image.endsWith("_IMAGE}") && !images().contains(image.substring(2, image.length() - 1) + "=")) {
                missing.add(entry.getKey() + " " + image);
            }
        });
        assertThat(missing).isEmpty();
    }

    /** What comes to crew's published port comes from the gateway, and whoever is trusted can name any address. */
    @Test
    void crewTrustsEveryServiceAndNotTheGateway() {
        JsonNode network = compose.path("networks")
                .path("services")
                .path("ipam")
                .path("config")
                .path(0);
        assertThat(network.path("subnet").asText()).isEqualTo("172.31.251.0/24");
        assertThat(network.path("gateway").asText()).isEqualTo("172.31.251.1");
        var trusted = new TreeSet<Integer>();
        for (String part : ComposeSettings.SERVICES_ALONE.split(",")) {
            assertThat(part).startsWith("172.31.251.");
            String[] last = part.substring("172.31.251.".length()).split("/");
            int first = Integer.parseInt(last[0]);
            IntStream.range(first, first + (1 << (32 - Integer.parseInt(last[1]))))
                    .forEach(trusted::add);
        }
        assertThat(trusted)
                .containsExactlyElementsOf(IntStream.range(2, 256).boxed().toList());
    }

    private void name(List<String> missing, String service, String section, String name) {
        if (!compose.path(section).has(name)) {
            missing.add(service + " " + section + " " + name);
        }
    }

    private static String images() {
        try {
            return Files.readString(Path.of("images.env"));
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
