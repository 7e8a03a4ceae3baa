package org.perilune.launcher.process;

import java.util.List;
import java.util.Optional;
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
            new ServiceDefinition<>(Topology.CREW, CrewConfig::read, (config, clock) -> {
                CrewService crew = CrewService.start(config, clock);
                return new Running("crew", crew.port(), crew);
            }),
            new ServiceDefinition<>(Topology.BATCH_ROUTER, BatchRouterConfig::read, (config, clock) -> {
                BatchRouterService router = BatchRouterService.start(config, clock);
                return new Running("batch-router", router.port(), router, Optional.of(new RouterHook(router)));
            }),
            new ServiceDefinition<>(Topology.TELEMETRY, TelemetryConfig::read, (config, clock) -> {
                TelemetryService telemetry = TelemetryService.start(config, clock);
                return new Running("telemetry", telemetry.port(), telemetry);
            }),
            new ServiceDefinition<>(Topology.COMMAND_DISPATCHER, CommandDispatcherConfig::read, (config, clock) -> {
                CommandDispatcherService dispatcher = CommandDispatcherService.start(config, clock);
                return new Running("command-dispatcher", dispatcher.port(), dispatcher);
            }),
            new ServiceDefinition<>(Topology.LUNAR_MODULE, LunarModuleConfig::read, (config, clock) -> {
                LunarModuleService module = LunarModuleService.start(config, clock);
                return new Running("lunar-module", module.port(), module);
            }),
            new ServiceDefinition<>(Topology.TIMELINE, TimelineConfig::read, (config, clock) -> {
                TimelineService timeline = TimelineService.start(config, clock);
                return new Running("timeline", timeline.port(), timeline);
            }),
            new ServiceDefinition<>(Topology.EVENT_BUS, EventBusConfig::read, (config, clock) -> {
                EventBusService bus = EventBusService.start(config, clock);
                return new Running("event-bus", bus.port(), bus);
            }),
            new ServiceDefinition<>(Topology.POSTS, PostsConfig::read, (config, clock) -> {
                PostsService posts = PostsService.start(config, clock);
                return new Running("posts", posts.port(), posts);
            }),
            new ServiceDefinition<>(Topology.COMMENTS, CommentsConfig::read, (config, clock) -> {
                CommentsService comments = CommentsService.start(config, clock);
                return new Running("comments", comments.port(), comments);
            }),
            new ServiceDefinition<>(Topology.MODERATION, ModerationConfig::read, (config, clock) -> {
                ModerationService moderation = ModerationService.start(config, clock);
                return new Running("moderation", moderation.port(), moderation);
            }),
            new ServiceDefinition<>(Topology.QUERY, QueryConfig::read, (config, clock) -> {
                QueryService query = QueryService.start(config, clock);
                return new Running("query", query.port(), query);
            }),
            new ServiceDefinition<>(Topology.STATUS, StatusConfig::read, (config, clock) -> {
                StatusService status = StatusService.start(config, clock);
                return new Running("status", status.port(), status);
            }),
            new ServiceDefinition<>(Topology.CONSOLE, ConsoleConfig::read, (config, clock) -> {
                ConsoleService console = ConsoleService.start(config, clock);
                return new Running("console", console.port(), console);
            }));

    private ServiceDefinitions() {}

    public static ServiceDefinition<?> named(String name) {
        return ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LauncherException("No service is named " + name + "; there are "
                        + ALL.stream().map(ServiceDefinition::name).collect(Collectors.joining(", "))));
    }
}
