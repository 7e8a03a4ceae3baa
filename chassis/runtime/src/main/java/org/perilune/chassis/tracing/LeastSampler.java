package org.perilune.chassis.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A share of all traces, and the first few of each second. Safe for threads. */
final class LeastSampler implements Sampler {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** On spans that were decided on before. */
    static final AttributeKey<Boolean> CHOSEN = AttributeKey.booleanKey("perilune.chosen");

    private final double ratio;
    private final Sampler share;
    private final int leastASecond;
    private final AtomicLong secondBegan = new AtomicLong(System.nanoTime());
    private final AtomicInteger takenInSecond = new AtomicInteger();

    LeastSampler(double share, int leastASecond) {
        this.ratio = share;
        this.share = Sampler.traceIdRatioBased(share);
        this.leastASecond = leastASecond;
    }

    /** Decides on one that comes from elsewhere, without a look at it. */
    boolean takesNext() {
        return (ratio > 0 && ThreadLocalRandom.current().nextDouble() < ratio) || isOneOfFew();
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        if (Boolean.TRUE.equals(attributes.get(CHOSEN))) {
            return SamplingResult.recordAndSample();
        }
        SamplingResult byShare = share.shouldSample(parent, traceId, name, kind, attributes, links);
        if (byShare.equals(SamplingResult.recordAndSample())) {
            return byShare;
        }
        return isOneOfFew() ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }

    private boolean isOneOfFew() {
        long now = System.nanoTime();
        long began = secondBegan.get();
        if (now - began >= SECOND_NANOS && secondBegan.compareAndSet(began, now)) {
            takenInSecond.set(0);
        }
        // Read first: most of the time under load there is nothing to write.
        return takenInSecond.get() < leastASecond && takenInSecond.incrementAndGet() <= leastASecond;
    }

    @Override
    public String getDescription() {
        return "the first " + leastASecond + " of each second, else " + share.getDescription();
    }
}
