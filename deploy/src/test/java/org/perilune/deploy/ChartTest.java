package org.perilune.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/** What helm makes of the chart, read by the types of the Kubernetes API with nothing unknown in it. */
class ChartTest {
    private static final List<Helm> HELM = new ArrayList<>();
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final Map<String, Class<? extends HasMetadata>> TYPES = Map.of(
            "ConfigMap", ConfigMap.class,
            "Deployment", Deployment.class,
            "HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "Ingress", Ingress.class,
            "NetworkPolicy", NetworkPolicy.class,
            "PersistentVolumeClaim", PersistentVolumeClaim.class,
            "PodDisruptionBudget", PodDisruptionBudget.class,
            "Service", io.fabric8.kubernetes.api.model.Service.class,
            "ServiceAccount", ServiceAccount.class);

    @BeforeAll
    static void findHelm() {
        Helm.find().ifPresent(HELM::add);
        assumeTrue(!HELM.isEmpty(), "helm is not installed: the chart is not tested");
    }

    private static List<HasMetadata> render(String... options) throws Exception {
        var yaml = new YAMLMapper(new YAMLFactory());
        var objects = new ArrayList<HasMetadata>();
        try (var documents =
                yaml.readerFor(Object.class).readValues(HELM.getFirst().template(List.of(options)))) {
            while (documents.hasNext()) {
                Object document = documents.next();
                // Types of KEDA and of the Gateway API are not among those of Kubernetes.
                if (document instanceof Map<?, ?> object
                        && !String.valueOf(object.get("apiVersion")).matches("(keda|gateway).*")) {
                    String kind = String.valueOf(object.get("kind"));
                    Class<? extends HasMetadata> type = TYPES.get(kind);
                    assertThat(type).as(kind).isNotNull();
                    objects.add(STRICT.convertValue(object, type));
                }
            }
        }
        return objects;
    }

    private static <T> List<T> all(Class<T> type, List<HasMetadata> objects) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static Stream<List<String>> documentedValues() {
        return Stream.of(
                List.of(),
                List.of("--set", "autoscaling.enabled=true"),
                List.of("--set", "autoscaling.enabled=true,autoscaling.keda=true"),
                List.of("--set", "host=perilune.example,ingress.enabled=true,ingress.className=nginx"),
                List.of("--set", "host=perilune.example,gateway.enabled=true,gateway.name=public"),
                List.of("--set", "services.lunar-module.enabled=false,services.telemetry.replicas=2"),
                List.of("--set", "networkPolicies.enabled=false,stores.opensearch.enabled=false"));
    }

    @Test
    void helmFindsNothingToObjectTo() throws Exception {
        assertThat(HELM.getFirst().lint()).contains("0 chart(s) failed");
    }

    @ParameterizedTest
    @MethodSource("documentedValues")
    void everyObjectIsOneThatKubernetesKnows(List<String> options) throws Exception {
        List<HasMetadata> objects = render(options.toArray(String[]::new));
        int services = Topology.SERVICES.size() - (options.toString().contains("lunar-module.enabled=false") ? 1 : 0);
        assertThat(all(Deployment.class, objects)).hasSize(services);
        assertThat(all(io.fabric8.kubernetes.api.model.Service.class, objects)).hasSize(services);
    }

    @Test
    void podsAreRestricted() throws Exception {
        for (Deployment deployment : all(Deployment.class, render())) {
            PodSpec pod = deployment.getSpec().getTemplate().getSpec();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getVolumes())
                    .allSatisfy(volume -> assertThat(volume.getHostPath()).isNull());
            Container container = pod.getContainers().getFirst();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
            assertThat(container.getResources().getLimits()).containsKey("memory");
            assertThat(List.of(
                            container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe()))
                    .extracting(probe -> probe.getHttpGet().getPort())
                    .containsOnly(new IntOrString("http-management"));
            assertThat(container.getLifecycle().getPreStop().getSleep().getSeconds())
                    .isPositive();
        }
    }

    @Test
    void policiesAreTheArrowsOfTheTopologyAndNoneBesides() throws Exception {
        Map<String, NetworkPolicy> policies = all(NetworkPolicy.class, render()).stream()
                .collect(Collectors.toMap(policy -> policy.getMetadata().getName(), policy -> policy));
        assertThat(requireNonNull(policies.get("perilune-deny")).getSpec().getPolicyTypes())
                .containsExactly("Ingress", "Egress");
        assertThat(policies).hasSize(Topology.SERVICES.size() + 1);
        for (Service service : Topology.SERVICES) {
            var spec = requireNonNull(policies.get(service.name())).getSpec();
            var callees = new TreeSet<String>();
            spec.getEgress()
                    .forEach(rule -> rule.getTo().stream()
                            .filter(peer -> peer.getIpBlock() == null)
                            .forEach(peer -> callees.add(name(peer))));
            // Callbacks are the one thing that goes to whoever asked for it.
            assertThat(spec.getEgress().stream()
                            .flatMap(rule -> rule.getTo().stream())
                            .filter(peer -> peer.getIpBlock() != null))
                    .hasSize(service.equals(Topology.EVENT_BUS) ? 1 : 0);
            assertThat(callees).as("called by " + service.name()).isEqualTo(new TreeSet<>(service.calls()));

            var callers = new TreeSet<String>();
            spec.getIngress().stream()
                    .filter(rule -> rule.getPorts().getFirst().getPort().equals(new IntOrString("http")))
                    .forEach(rule -> rule.getFrom().forEach(peer -> callers.add(name(peer))));
            List<String> expected = Topology.SERVICES.stream()
                    .filter(other -> other.calls().contains(service.name()))
                    .map(Service::name)
                    .toList();
            assertThat(callers).as("callers of " + service.name()).containsExactlyInAnyOrderElementsOf(expected);

            // Name resolution, then a rule for each store.
            long stores = spec.getEgress().stream()
                    .filter(rule -> rule.getTo().isEmpty())
                    .filter(rule -> !rule.getPorts().getFirst().getPort().equals(new IntOrString(53)))
                    .count();
            assertThat(stores)
                    .as("stores of " + service.name())
                    .isEqualTo(service.stores().size());
        }
    }

    private static String name(NetworkPolicyPeer peer) {
        LabelSelector selector = peer.getPodSelector();
        return requireNonNull(selector.getMatchLabels().get("app.kubernetes.io/name"));
    }
}
