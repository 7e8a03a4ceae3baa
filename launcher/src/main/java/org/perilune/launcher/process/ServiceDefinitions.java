package org.perilune.launcher.process;

import java.util.List;
import java.util.stream.Collectors;
import org.perilune.batchrouter.BatchRouterService;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.commanddispatcher.CommandDispatcherService;
import org.perilune.comments.CommentsService;
import org.perilune.console.ConsoleService;
import org.perilune.crew.CrewService;
import org.perilune.eventbus.EventBusService;
import org.perilune.launcher.home.LauncherException;
import org.perilune.lunarmodule.LunarModuleService;
import org.perilune.moderation.ModerationService;
import org.perilune.posts.PostsService;
import org.perilune.query.QueryService;
import org.perilune.status.StatusService;
import org.perilune.telemetry.TelemetryService;
import org.perilune.timeline.TimelineService;

/** All services, in the order of the {@link Topology}. The one place that names them all. */
public final class ServiceDefinitions {
    static final List<ServiceDefinition<?>> ALL = List.of(
            CrewService.DEFINITION,
            BatchRouterService.DEFINITION,
            TelemetryService.DEFINITION,
            CommandDispatcherService.DEFINITION,
            LunarModuleService.DEFINITION,
            TimelineService.DEFINITION,
            EventBusService.DEFINITION,
            PostsService.DEFINITION,
            CommentsService.DEFINITION,
            ModerationService.DEFINITION,
            QueryService.DEFINITION,
            StatusService.DEFINITION,
            ConsoleService.DEFINITION);

    private ServiceDefinitions() {}

    public static ServiceDefinition<?> named(String name) {
        return ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LauncherException("No service is named " + name + "; there are "
                        + ALL.stream().map(ServiceDefinition::name).collect(Collectors.joining(", "))));
    }
}
