package org.perilune.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.chassis.server.ServiceProcess;
import org.perilune.chassis.settings.SettingsFile;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.BackendsException;
import org.perilune.launcher.TrainCommand;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.Tokens;

/** Everything in this process, on free ports. */
final class InstanceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Pattern METRIC = Pattern.compile("\\b[a-z]+(?:_[a-z]+)+\\b");
    private static final Progress SILENT =
            new Progress(new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8));
    private static final Resources OPENED = new Resources();
    private static final List<Instance> INSTANCE = new ArrayList<>();
    private static final List<LaunchPlan> PLAN = new ArrayList<>();

    @BeforeAll
    static void start(@TempDir Path folder) {
        LaunchPlan plan = LaunchPlan.read(new Home(folder), TrainCommand.freePorts());
        PLAN.add(plan);
        INSTANCE.add(OPENED.add(Instance.start(plan, Clock.systemUTC(), SILENT)));
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    @Test
    void everyServiceOfTheTopologyGetsReady() {
        Instance instance = INSTANCE.getFirst();
        assertThat(instance.services())
                .extracting(Running::name)
                .containsExactlyElementsOf(
                        Topology.SERVICES.stream().map(Topology.Service::name).toList());
        for (Running running : instance.services()) {
            await().atMost(TIMEOUT).until(() -> ready(running));
        }
    }

    @Test
    void secondCopiesOfEveryServiceRunBesideTheFirst() {
        LaunchPlan plan = PLAN.getFirst();
        var settings = new HashMap<>(SettingsFile.read(plan.home().serviceSettings()));
        Topology.SERVICES.forEach(service -> settings.put(service.name() + ".http.port", "0"));
        settings.put("lunar-module.journal", plan.home().journal("second").toString());
        // Two clients of one name would throw each other out; in a deployment the second has a key of its own.
        settings.put("batch-router.mqtt.client-id", "batch-router:second");

        try (var copies = new Resources()) {
            for (Topology.Service service : Topology.SERVICES) {
                ServiceDefinition<?> definition = ServiceDefinitions.named(service.name());
                Service copy = copies.add(ServiceProcess.start(definition, Map.copyOf(settings), Clock.systemUTC()));
                assertThat(copy.port()).isNotEqualTo(INSTANCE.getFirst().port(service));
                if (!service.equals(Topology.LUNAR_MODULE)) {
                    await(service.name()).atMost(TIMEOUT).until(() -> ready(copy.port()));
                }
            }
        }
    }

    @Test
    void homeInUseIsOneSentence() {
        var plan = LaunchPlan.read(PLAN.getFirst().home(), TrainCommand.freePorts());

        assertThatThrownBy(() -> Instance.start(plan, Clock.systemUTC(), SILENT))
                .isInstanceOf(BackendsException.class)
                .hasMessageContaining("is in use by another Perilune")
                .hasMessageContaining("--home")
                .hasMessageNotContaining("\n");
    }

    @Test
    void portTakenNamesItsKey(@TempDir Path other) throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Map<String, String> user = TrainCommand.freePorts();
            user.put("telemetry.http.port", Integer.toString(taken.getLocalPort()));
            LaunchPlan plan = LaunchPlan.read(new Home(other), user);

            assertThatThrownBy(() -> Instance.start(plan, Clock.systemUTC(), SILENT))
                    .isInstanceOf(LauncherException.class)
                    .hasMessageContaining("telemetry.http.port")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void telemetryOfTheLunarModuleArrives() {
        Home home = PLAN.getFirst().home();
        writeState(home);
        String token = Tokens.of(home, "viewer");
        int port = INSTANCE.getFirst().port(Topology.TELEMETRY);
        try (var telemetry = client(port)) {
            await().atMost(TIMEOUT).until(() -> {
                var answer = telemetry.exchange(
                        "GET", "/data?device=lunar-module&limit=1", Optional.of(token), Optional.empty());
                return answer.status() == 200 && new String(answer.body(), StandardCharsets.UTF_8).contains("\"seq\"");
            });
        }
    }

    /** A rule or a panel that asks for what nobody exposes is silent for ever. */
    @Test
    void alertsAndPanelsAskForWhatServicesExpose() throws IOException {
        var asked = new TreeSet<String>();
        Path observe = Path.of("..", "deploy", "observe");
        for (String expression : expressions(observe)) {
            METRIC.matcher(expression).results().map(MatchResult::group).forEach(asked::add);
        }
        asked.remove("histogram_quantile");
        assertThat(asked).hasSizeGreaterThan(20);
        await().atMost(TIMEOUT).untilAsserted(() -> {
            var exposed = new StringBuilder();
            for (Running running : INSTANCE.getFirst().services()) {
                try (var client = client(running.port())) {
                    var answer = client.exchange("GET", "/metrics", Optional.empty(), Optional.empty());
                    exposed.append(new String(answer.body(), StandardCharsets.UTF_8));
                }
            }
            assertThat(asked).allSatisfy(name -> assertThat(exposed).as(name).containsPattern("(?m)^" + name + "[{ ]"));
        });
    }

    private static List<String> expressions(Path observe) throws IOException {
        var expressions = new ArrayList<String>();
        Json.mapper()
                .readTree(Files.readAllBytes(observe.resolve("dashboard.json")))
                .findValuesAsText("expr")
                .forEach(expressions::add);
        Pattern.compile("expr:(.*?)(?:for|labels):", Pattern.DOTALL)
                .matcher(Files.readString(observe.resolve("rules.yml")))
                .results()
                .forEach(found -> expressions.add(found.group(1)));
        return expressions;
    }

    private static void writeState(Home home) {
        var services = INSTANCE.getFirst().services().stream()
                .map(running -> new StateFile.Part(running.name(), true, running.port(), -1, ""))
                .toList();
        new StateFile(ProcessHandle.current().pid(), StateFile.ownStart(), true, services, List.of()).write(home);
    }

    private static boolean ready(Running running) {
        return ready(running.port());
    }

    private static boolean ready(int port) {
        try (var client = client(port)) {
            return client.exchange("GET", "/ready", Optional.empty(), Optional.empty())
                            .status()
                    == 200;
        }
    }

    private static ServiceClient client(int port) {
        return ServiceClient.open("it", URI.create("http://127.0.0.1:" + port), Duration.ofSeconds(5));
    }
}
