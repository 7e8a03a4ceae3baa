package org.perilune.chassis.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.perilune.contracts.Topology;

/**
 * Which service an event is of, when all share a log: by its logger's package; for what all use, the chassis and
 * libraries, by its thread, which is named after who started it.
 */
public final class LogService {
    private static final String OURS = "org.perilune.";
    private static final List<String> STARTERS =
            List.of("", "start-", "stop-", "device-", "commands-", "urgent-commands-", "command-listener-");
    private static final String NOBODY = "perilune";

    private static final Map<String, String> BY_PACKAGE = Topology.SERVICES.stream()
            .collect(Collectors.toUnmodifiableMap(service -> service.name().replace("-", ""), Topology.Service::name));

    private LogService() {}

    public static String of(ILoggingEvent event) {
        return of(event.getLoggerName(), String.valueOf(event.getThreadName()));
    }

    public static String of(String logger, String thread) {
        if (logger.startsWith(OURS)) {
            String rest = logger.substring(OURS.length());
            int dot = rest.indexOf('.');
            String segment = dot < 0 ? rest : rest.substring(0, dot);
            if (BY_PACKAGE.containsKey(segment)) {
                return BY_PACKAGE.get(segment);
            }
            if (segment.equals("embedded") || segment.equals("launcher")) {
                return segment;
            }
        }
        return Topology.SERVICES.stream()
                .map(Topology.Service::name)
                .filter(name -> STARTERS.stream().anyMatch(starter -> thread.startsWith(starter + name)))
                .findFirst()
                .orElse(NOBODY);
    }
}
