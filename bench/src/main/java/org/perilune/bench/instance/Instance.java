package org.perilune.bench.instance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.perilune.bench.load.Epochs;
import org.perilune.bench.load.MqttPublisher;
import org.perilune.bench.report.BenchException;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.Topology;
import org.perilune.embedded.mqtt.DeviceKeys;

/** A Perilune that runs: what its home says of it. */
public record Instance(Path home) {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private record Issued(String access_token, long expires_in) {}

    private JsonNode state() {
        Path file = home.resolve("running.json");
        try {
            return Json.mapper().readTree(Files.readAllBytes(file));
        } catch (IOException failure) {
            throw new BenchException("No Perilune runs in " + home + " (" + file + " cannot be read)", failure);
        }
    }

    public long pid() {
        return state().path("pid").asLong();
    }

    public int servicePort(String service) {
        return port("services", service);
    }

    public int storePort(String store) {
        return port("stores", store);
    }

    private int port(String kind, String name) {
        for (JsonNode part : state().path(kind)) {
            if (part.path("name").asText().equals(name)) {
                return part.path("port").asInt();
            }
        }
        throw new BenchException(name + " is not among the " + kind + " of " + home);
    }

    public String token(String role) {
        var request = Map.of("client", "cli", "secret", secret("cli.secret"), "role", role);
        var crew = URI.create("http://127.0.0.1:" + servicePort("crew"));
        try (var client = ServiceClient.open("crew", crew, DEADLINE)) {
            return client.post("/tokens", Optional.empty(), request, Issued.class)
                    .access_token();
        }
    }

    public ServiceClient telemetry() {
        return client(Topology.TELEMETRY);
    }

    public ServiceClient client(Topology.Service service) {
        String name = service.name();
        return ServiceClient.open(name, URI.create("http://127.0.0.1:" + servicePort(name)), DEADLINE);
    }

    public String administratorPassword() {
        return secret("administrator.password");
    }

    String secret(String name) {
        try {
            return Files.readString(home.resolve("secrets").resolve(name)).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As the telemetry service itself; a bench may look behind the doors. */
    public Connection database() {
        return database(Topology.TELEMETRY);
    }

    /** As a service itself. */
    public Connection database(Topology.Service service) {
        String name = service.databaseName();
        String url = "jdbc:postgresql://127.0.0.1:" + storePort("PostgreSQL") + "/" + name;
        try {
            return DriverManager.getConnection(url, name, secret(name + ".postgres"));
        } catch (SQLException failure) {
            throw new BenchException("PostgreSQL lets nobody in: " + failure.getMessage(), failure);
        }
    }

    public static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(number -> prefix + number).toList();
    }

    /** Connects devices of these names, newly enrolled, in an epoch of their own. */
    public MqttPublisher publisher(List<String> names) throws IOException {
        var keys = DeviceKeys.in(home);
        var given = names.stream().map(keys::enrol).toList();
        return new MqttPublisher(names, given, storePort("MQTT broker"), Epochs.next());
    }
}
