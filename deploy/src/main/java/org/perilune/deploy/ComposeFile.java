package org.perilune.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/** Every service and the real backing servers, for Docker Compose and podman-compose. */
@SuppressWarnings("InlineFormatString") // templates are read apart from what fills them
final class ComposeFile {
    private static final String SERVICE = """

              %1$s:
                image: ${PERILUNE_IMAGES:-localhost/perilune}/%1$s:${PERILUNE_VERSION:-latest}
                build:
                  context: ..
                  dockerfile: deploy/Containerfile
                  target: %1$s
                command: ["/etc/perilune/perilune.properties", "/etc/perilune/settings.properties"]
                user: "${PERILUNE_UID:-10001}:${PERILUNE_GID:-10001}"
                read_only: true
                tmpfs: [/tmp]
                cap_drop: [ALL]
                security_opt: [no-new-privileges]
                mem_limit: %2$dm
                restart: unless-stopped
                stop_grace_period: 15s
                ports: ["127.0.0.1:%3$d:%3$d"]
                networks: %4$s
                volumes:
                  - ./compose/perilune.properties:/etc/perilune/perilune.properties:ro
                  - ./compose/settings.properties:/etc/perilune/settings.properties:ro
            %5$s    secrets: [%6$s]
            %7$s    healthcheck:
                  test: ["CMD", "/opt/java/bin/java", "@/opt/perilune/probe.args", "http://127.0.0.1:%3$d/ready"]
                  interval: 10s
                  timeout: 5s
                  retries: 3
                  start_period: 60s
                develop:
                  watch:
                    - {action: rebuild, path: ../services/%1$s/src}
                    - {action: rebuild, path: ../contracts/src}
                    - {action: rebuild, path: ../chassis}
            """;

    private ComposeFile() {}

    static String text() {
        var text = new StringBuilder(ComposeStores.HEAD);
        Topology.SERVICES.forEach(service -> text.append(service(service)));
        text.append(ComposeStores.STORES).append(ComposeStores.OPTIONAL).append(ComposeStores.NETWORKS);
        text.append("\nsecrets:\n");
        for (String secret : Secrets.all()) {
            text.append("  %1$s:\n    file: ./secrets/%1$s\n".formatted(secret));
        }
        ComposeStores.SECRETS.forEach(secret -> text.append("  %1$s:\n    file: ./secrets/%1$s\n".formatted(secret)));
        return text.toString();
    }

    private static String service(Service service) {
        String journal = service.equals(Topology.LUNAR_MODULE) ? "      - journal:/var/lib/perilune\n" : "";
        return SERVICE.formatted(
                service.name(),
                service.capacity().memory(),
                service.port(),
                networks(service),
                journal,
                String.join(", ", Secrets.of(service)),
                dependencies(service));
    }

    private static String networks(Service service) {
        var networks = new ArrayList<>(List.of("services"));
        if (!service.stores().isEmpty()) {
            networks.add("stores");
        }
        if (service.stores().contains(Store.MQTT)) {
            networks.add("devices");
        }
        return "[" + String.join(", ", networks) + "]";
    }

    private static String dependencies(Service service) {
        if (service.stores().isEmpty()) {
            return "";
        }
        return service.stores().stream()
                .sorted()
                .map(store -> "      %s: {condition: service_healthy}\n".formatted(StoreNames.host(store)))
                .collect(Collectors.joining("", "    depends_on:\n", ""));
    }
}
