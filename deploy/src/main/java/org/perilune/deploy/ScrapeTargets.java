package org.perilune.deploy;

import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/** What Prometheus asks in the Compose deployment. */
@SuppressWarnings("InlineFormatString") // templates are read apart from what fills them
final class ScrapeTargets {
    private static final String HEAD = """
            # Made by ./perilune deploy from the topology: not to be edited.
            global:
              scrape_interval: 10s
            rule_files: [/etc/prometheus/rules.yml]
            scrape_configs:
              - job_name: perilune
                relabel_configs:
                  - {source_labels: [__meta_dns_name], target_label: service}
                dns_sd_configs:
            """;

    private static final String TARGET = """
                  - {names: [%1$s], type: A, port: %2$d}
            """;

    private ScrapeTargets() {}

    static String text() {
        var text = new StringBuilder(HEAD);
        for (Service service : Topology.SERVICES) {
            text.append(TARGET.formatted(service.name(), service.port()));
        }
        return text.toString();
    }
}
