package org.perilune.embedded.opensearch;

import java.nio.file.Path;
import java.util.List;
import org.opensearch.Version;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;
import org.perilune.embedded.host.Ports;

/** One OpenSearch node, alone in its cluster, small. */
final class SearchNode extends Node {
    SearchNode(Path folder, int port) {
        super(
                new Environment(settings(folder, port), config(folder)),
                List.of(plugin(SearchPlugin.class), plugin(CommonAnalysisModulePlugin.class)),
                false);
    }

    /** It would name itself in every line of the process's log, which can be done once. */
    @Override
    protected void configureNodeAndClusterIdStateListener(ClusterService cluster) {}

    static Path config(Path folder) {
        return folder.resolve("config");
    }

    private static PluginInfo plugin(Class<? extends Plugin> plugin) {
        return new PluginInfo(
                plugin.getName(),
                "on the class path",
                "0",
                Version.CURRENT,
                "25",
                plugin.getName(),
                "",
                List.of(),
                false);
    }

    private static Settings settings(Path folder, int port) {
        return Settings.builder()
                .put("cluster.name", "perilune")
                .put("node.name", "embedded")
                .put("path.home", folder)
                .put("path.data", folder.resolve("data"))
                .put("path.logs", folder.resolve("logs"))
                .put("discovery.type", "single-node")
                .putList("node.roles", "cluster_manager", "data")
                .put("transport.type", SearchPlugin.TRANSPORT)
                .put("http.type", SearchPlugin.NETTY_HTTP_TRANSPORT_NAME)
                .put("http.host", Ports.loopback().getHostAddress())
                .put("http.port", port)
                .put("http.netty.worker_count", 1)
                .put("http.max_content_length", "16mb")
                // A path names what a request is about, and the door looks at paths.
                .put("rest.action.multi.allow_explicit_index", false)
                // Otherwise a disk that is nine tenths full would have everything read-only.
                .put("cluster.routing.allocation.disk.threshold_enabled", false)
                .put("cluster.default_number_of_replicas", 0)
                .put("cluster.info.update.interval", "10m")
                // For one user on one machine, in a heap that is shared with everything else.
                .put("node.processors", 1)
                .put("indices.memory.index_buffer_size", "16mb")
                .put("indices.queries.cache.size", "2mb")
                .put("indices.fielddata.cache.size", "8mb")
                .put("indices.breaker.total.use_real_memory", false)
                .put("indices.breaker.total.limit", "64mb")
                .put("monitor.jvm.gc.enabled", false)
                .put("monitor.fs.health.enabled", false)
                .put("search_backpressure.mode", "disabled")
                .build();
    }
}
