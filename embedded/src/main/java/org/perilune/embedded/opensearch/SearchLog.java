package org.perilune.embedded.opensearch;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.NullConfiguration;
import org.apache.logging.log4j.core.config.Property;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what OpenSearch logs through Log4j, warnings and worse, to where everything else is logged. */
final class SearchLog extends AbstractAppender {
    private static final String NAME = "perilune";

    /** Advice for who configures a cluster, and requests that failed, which who made them is told. */
    private static final List<String> MUTED =
            List.of("org.opensearch.deprecation", "org.opensearch.gateway.DanglingIndicesState", "rest.suppressed");

    /** Lucene's own, which says at each start that it could use a module that Java does not have on yet. Kept: it is weak. */
    private static final java.util.logging.Logger LUCENE =
            java.util.logging.Logger.getLogger("org.apache.lucene.internal.vectorization");

    private SearchLog() {
        super(NAME, null, null, true, Property.EMPTY_ARRAY);
    }

    /** Log4j is configured for the whole process; nobody but OpenSearch uses it. Harmless when repeated. */
    static synchronized void install() {
        // It would stop logging before the services have stopped.
        System.setProperty("log4j.shutdownHookEnabled", "false");
        LUCENE.setLevel(java.util.logging.Level.SEVERE);
        LoggerContext context = Configurator.initialize(new NullConfiguration());
        var root = context.getConfiguration().getRootLogger();
        if (root.getAppenders().containsKey(NAME)) {
            return;
        }
        // A configuration without any has the terminal.
        root.getAppenders().keySet().forEach(root::removeAppender);
        var appender = new SearchLog();
        appender.start();
        root.addAppender(appender, Level.WARN, null);
        root.setLevel(Level.WARN);
        context.updateLoggers();
    }

    @Override
    public void append(LogEvent event) {
        if (MUTED.stream().anyMatch(event.getLoggerName()::startsWith)) {
            return;
        }
        Logger logger = LoggerFactory.getLogger(event.getLoggerName());
        String message = event.getMessage().getFormattedMessage();
        if (event.getLevel().isMoreSpecificThan(Level.ERROR)) {
            logger.error(message, event.getThrown());
        } else {
            logger.warn(message, event.getThrown());
        }
    }
}
