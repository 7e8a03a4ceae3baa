package org.perilune.chassis.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Where log events go. Files are bounded: five of ten megabytes. */
public final class Logging {
    private static final long FILE_BYTES = 10L << 20;
    private static final int OLD_FILES = 4;

    /** Talkative at the level that we log at ourselves. */
    private static final Map<String, Level> QUIETER = Map.ofEntries(
            Map.entry("com.hivemq", Level.WARN),
            Map.entry("com.zaxxer.hikari", Level.WARN),
            Map.entry("de.bwaldvogel.mongo", Level.WARN),
            Map.entry("io.javalin", Level.WARN),
            Map.entry("com.hivemq.client.internal.netty", Level.ERROR),
            Map.entry("jetbrains.exodus", Level.WARN),
            Map.entry("migrations", Level.WARN),
            Map.entry("org.apache.qpid", Level.WARN),
            Map.entry("org.eclipse.jetty", Level.WARN),
            Map.entry("org.flywaydb", Level.WARN),
            Map.entry("org.mongodb.driver", Level.WARN),
            Map.entry("org.opensearch", Level.WARN),
            Map.entry("qpid.message", Level.WARN));

    private Logging() {}

    /** For commands that come and go: nothing, or everything from warnings on. */
    public static void quiet(boolean debug) {
        LoggerContext context = fresh(debug ? Level.DEBUG : Level.OFF);
        attach(context, console(context, human(context), "System.err"));
    }

    /** JSON lines into the home; the terminal stays with the progress and what must be said. */
    public static void intoFile(Path file) {
        LoggerContext context = fresh(Level.INFO);
        var rolling = new RollingFileAppender<ILoggingEvent>();
        rolling.setContext(context);
        rolling.setFile(file.toString());
        var window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(rolling);
        window.setFileNamePattern(file + ".%i");
        window.setMinIndex(1);
        window.setMaxIndex(OLD_FILES);
        window.start();
        var size = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(FILE_BYTES));
        size.start();
        rolling.setRollingPolicy(window);
        rolling.setTriggeringPolicy(size);
        rolling.setEncoder(started(context, new JsonLines()));
        rolling.start();
        attach(context, rolling);
    }

    /** JSON lines on standard output, for one service in a container. */
    public static void ontoOutput() {
        LoggerContext context = fresh(Level.INFO);
        attach(context, console(context, started(context, new JsonLines()), "System.out"));
    }

    private static LoggerContext fresh(Level level) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(level);
        if (level != Level.OFF) {
            QUIETER.forEach((name, quieter) -> context.getLogger(name).setLevel(quieter));
        }
        return context;
    }

    private static void attach(LoggerContext context, Appender<ILoggingEvent> appender) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    private static ConsoleAppender<ILoggingEvent> console(
            LoggerContext context, Encoder<ILoggingEvent> encoder, String target) {
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setTarget(target);
        console.setEncoder(encoder);
        console.start();
        return console;
    }

    private static Encoder<ILoggingEvent> human(LoggerContext context) {
        var pattern = new PatternLayoutEncoder();
        pattern.setPattern("%d{HH:mm:ss} %-5level %msg%n%nopex");
        return started(context, pattern);
    }

    private static Encoder<ILoggingEvent> started(LoggerContext context, Encoder<ILoggingEvent> encoder) {
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }
}
