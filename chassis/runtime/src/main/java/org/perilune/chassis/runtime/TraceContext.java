package org.perilune.chassis.runtime;

import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * W3C trace context, level 1: what travels from hop to hop as {@code traceparent}.
 *
 * @param traceId 16 bytes, not zero, as a UUID since PostgreSQL stores it so
 * @param spanId 16 lower-case hex digits, not all zero
 */
public record TraceContext(UUID traceId, String spanId, boolean sampled) {
    public static final String HEADER = "traceparent";
    private static final Pattern FORM = Pattern.compile("00-([0-9a-f]{16})([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{2})");
    private static final UUID ZERO = new UUID(0, 0);

    /** Empty where the text is no valid {@code traceparent}: the specification asks to go on without. */
    public static Optional<TraceContext> parse(String traceparent) {
        Matcher form = FORM.matcher(traceparent);
        if (!form.matches()) {
            return Optional.empty();
        }
        var traceId = new UUID(Long.parseUnsignedLong(form.group(1), 16), Long.parseUnsignedLong(form.group(2), 16));
        boolean sampled = (Integer.parseInt(form.group(4), 16) & 1) == 1;
        if (traceId.equals(ZERO) || form.group(3).equals("0000000000000000")) {
            return Optional.empty();
        }
        return Optional.of(new TraceContext(traceId, form.group(3), sampled));
    }

    public static TraceContext begin() {
        var random = ThreadLocalRandom.current();
        return new TraceContext(new UUID(random.nextLong(), random.nextLong() | 1), span(random.nextLong()), true);
    }

    /** The same trace, one hop on. */
    public TraceContext next() {
        return new TraceContext(traceId, span(ThreadLocalRandom.current().nextLong()), sampled);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return "00-" + hex.toHexDigits(traceId.getMostSignificantBits())
                + hex.toHexDigits(traceId.getLeastSignificantBits()) + "-" + spanId + (sampled ? "-01" : "-00");
    }

    private static String span(long random) {
        return HexFormat.of().toHexDigits(random | 1);
    }
}
