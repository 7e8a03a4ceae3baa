package org.perilune.launcher.process;

import java.util.List;
import java.util.stream.Collectors;
import org.perilune.batchrouter.BatchRouterConfig;
import org.perilune.batchrouter.BatchRouterService;
import org.perilune.commanddispatcher.CommandDispatcherConfig;
import org.perilune.commanddispatcher.CommandDispatcherService;
import org.perilune.comments.CommentsConfig;
import org.perilune.comments.CommentsService;
import org.perilune.console.ConsoleConfig;
import org.perilune.console.ConsoleService;
import org.perilune.contracts.Topology;
import org.perilune.crew.CrewConfig;
import org.perilune.crew.CrewService;
import org.perilune.eventbus.EventBusConfig;
import org.perilune.eventbus.EventBusService;
import org.perilune.launcher.home.LauncherException;
import org.perilune.lunarmodule.LunarModuleConfig;
import org.perilune.lunarmodule.LunarModuleService;
import org.perilune.moderation.ModerationConfig;
import org.perilune.moderation.ModerationService;
import org.perilune.posts.PostsConfig;
import org.perilune.posts.PostsService;
import org.perilune.query.QueryConfig;
import org.perilune.query.QueryService;
import org.perilune.status.StatusConfig;
import org.perilune.status.StatusService;
import org.perilune.telemetry.TelemetryConfig;
import org.perilune.telemetry.TelemetryService;
import org.perilune.timeline.TimelineConfig;
import org.perilune.timeline.TimelineService;

/** All services, in the order of the {@link Topology}. The one place that names them all. */
public final class ServiceDefinitions {
    static final List<ServiceDefinition<?>> ALL = List.of(
            new ServiceDefinition<>(Topology.CREW, CrewConfig::read, CrewService::start),
            new ServiceDefinition<>(Topology.BATCH_ROUTER, BatchRouterConfig::read, BatchRouterService::start),
            new ServiceDefinition<>(Topology.TELEMETRY, TelemetryConfig::read, TelemetryService::start),
            new ServiceDefinition<>(
                    Topology.COMMAND_DISPATCHER, CommandDispatcherConfig::read, CommandDispatcherService::start),
            new ServiceDefinition<>(Topology.LUNAR_MODULE, LunarModuleConfig::read, LunarModuleService::start),
            new ServiceDefinition<>(Topology.TIMELINE, TimelineConfig::read, TimelineService::start),
            new ServiceDefinition<>(Topology.EVENT_BUS, EventBusConfig::read, EventBusService::start),
            new ServiceDefinition<>(Topology.POSTS, PostsConfig::read, PostsService::start),
            new ServiceDefinition<>(Topology.COMMENTS, CommentsConfig::read, CommentsService::start),
            new ServiceDefinition<>(Topology.MODERATION, ModerationConfig::read, ModerationService::start),
            new ServiceDefinition<>(Topology.QUERY, QueryConfig::read, QueryService::start),
            new ServiceDefinition<>(Topology.STATUS, StatusConfig::read, StatusService::start),
            new ServiceDefinition<>(Topology.CONSOLE, ConsoleConfig::read, ConsoleService::start));

    private ServiceDefinitions() {}

    public static ServiceDefinition<?> named(String name) {
        return ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LauncherException("No service is named " + name + "; there are "
                        + ALL.stream().map(ServiceDefinition::name).collect(Collectors.joining(", "))));
    }
}
