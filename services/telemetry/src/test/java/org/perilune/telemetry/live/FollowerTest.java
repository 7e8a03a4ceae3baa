package org.perilune.telemetry.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.v1.Value;

class FollowerTest {
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Follower follower = new Follower(Set.of());

    private static LiveFrame frame(String device, long seq, String parameter, double number, long arrivedNanos) {
        var head = new LiveFrame.Head("2026-11-21T12:00:00Z", "2026-11-21T12:00:01Z", 5, seq, "nominal");
        var value = Value.newBuilder().setName(parameter).setNumber(number).build();
        return LiveFrame.of(device, head, List.of(value), arrivedNanos);
    }

    private static LiveFrame frame(String device, long seq) {
        return frame(device, seq, "altitude", (double) seq, System.nanoTime());
    }

    private static JsonNode frames(byte[] events) throws Exception {
        String text = new String(events, UTF_8);
        assertThat(text).endsWith("\n\n");
        String marker = "event: frames\ndata: ";
        String data = text.substring(text.indexOf(marker) + marker.length());
        return Json.mapper().readTree(data.strip());
    }

    private static List<Long> seqs(JsonNode told) {
        var seqs = new ArrayList<Long>();
        told.path("frames").forEach(frame -> seqs.add(frame.path("seq").asLong()));
        return seqs;
    }

    @Test
    void whoKeepsUpGetsEveryFrameInOrder() throws Exception {
        follower.offer(List.of(frame("rover", 1), frame("lander", 1)));
        follower.offer(List.of(frame("rover", 2)));
        JsonNode told = frames(follower.next(AT_ONCE, false).orElseThrow());
        assertThat(seqs(told)).containsExactly(1L, 1L, 2L);
        assertThat(told.path("skipped").asLong()).isZero();
        assertThat(follower.next(AT_ONCE, false)).isEmpty();
    }

    @Test
    void getsOnlyTheDevicesThatItAskedFor() throws Exception {
        var choosy = new Follower(Set.of("rover"));
        assertThat(choosy.wants("lander")).isFalse();
        choosy.offer(List.of(frame("lander", 1), frame("rover", 7), frame("lander", 2)));
        assertThat(seqs(frames(choosy.next(AT_ONCE, false).orElseThrow()))).containsExactly(7L);
    }

    @Test
    void whoIsBehindGetsTheNewestOfEachParameterAndIsToldWhatItMissed() throws Exception {
        long now = System.nanoTime();
        follower.offer(List.of(
                frame("rover", 1, "altitude", 1, now),
                frame("rover", 2, "speed", 2, now),
                frame("rover", 3, "altitude", 3, now),
                frame("lander", 9, "altitude", 4, now)));
        JsonNode told = frames(follower.next(AT_ONCE, true).orElseThrow());
        assertThat(seqs(told)).containsExactly(3L, 9L);
        JsonNode rover = told.path("frames").get(0).path("values");
        assertThat(rover.path("altitude").asDouble()).isEqualTo(3);
        assertThat(rover.path("speed").asDouble()).isEqualTo(2);
        assertThat(told.path("skipped").asLong()).isEqualTo(2);

        follower.offer(List.of(frame("rover", 4)));
        JsonNode next = frames(follower.next(AT_ONCE, false).orElseThrow());
        assertThat(seqs(next)).containsExactly(4L);
        assertThat(next.path("skipped").asLong()).isZero();
    }

    @Test
    void nothingOldIsToldFrameByFrame() throws Exception {
        long aSecondAgo = System.nanoTime() - Duration.ofSeconds(1).toNanos();
        follower.offer(List.of(
                frame("rover", 1, "altitude", 1, aSecondAgo), frame("rover", 2, "altitude", 2, System.nanoTime())));
        JsonNode told = frames(follower.next(AT_ONCE, false).orElseThrow());
        assertThat(seqs(told)).containsExactly(2L);
        assertThat(told.path("skipped").asLong()).isEqualTo(1);
    }

    @Test
    void holdsABoundedNumberOfFramesForWhoReadsNothing() throws Exception {
        for (int seq = 1; seq <= 10_000; seq++) {
            follower.offer(List.of(frame("rover", seq)));
        }
        JsonNode told = frames(follower.next(AT_ONCE, false).orElseThrow());
        assertThat(seqs(told)).containsExactly(10_000L);
        assertThat(told.path("skipped").asLong()).isEqualTo(9_999);
    }

    @Test
    void countsWhatWasTrimmedUnreadAsSkipped() throws Exception {
        follower.skip(41);
        follower.skip(1);
        follower.offer(List.of(frame("rover", 1)));
        JsonNode told = frames(follower.next(AT_ONCE, false).orElseThrow());
        assertThat(told.path("skipped").asLong()).isEqualTo(42);
        follower.offer(List.of(frame("rover", 2)));
        assertThat(frames(follower.next(AT_ONCE, false).orElseThrow())
                        .path("skipped")
                        .asLong())
                .isZero();
    }

    @Test
    void tellsStatesFirstAndForgetsTheOldestOfTooMany() throws Exception {
        for (int number = 0; number < 1_100; number++) {
            follower.offerState(("{\"name\":\"device-" + number + "\"}").getBytes(UTF_8));
        }
        follower.offer(List.of(frame("rover", 1)));
        String told = new String(follower.next(AT_ONCE, false).orElseThrow(), UTF_8);
        assertThat(told)
                .startsWith("event: state\ndata: {\"name\":\"device-100\"}\n\n")
                .contains("device-1099")
                .doesNotContain("device-99\"");
        assertThat(told.indexOf("event: frames")).isGreaterThan(told.lastIndexOf("event: state"));
    }

    @Test
    void wakesUpForWhatComesAndForItsEnd() throws Exception {
        CompletableFuture<Optional<byte[]>> next = waiting();
        follower.offer(List.of(frame("rover", 1)));
        assertThat(seqs(frames(next.get(5, TimeUnit.SECONDS).orElseThrow()))).containsExactly(1L);

        CompletableFuture<Optional<byte[]>> last = waiting();
        assertThat(follower.hasEnded()).isFalse();
        follower.end();
        assertThat(last.get(5, TimeUnit.SECONDS)).isEmpty();
        assertThat(follower.hasEnded()).isTrue();
    }

    private CompletableFuture<Optional<byte[]>> waiting() {
        var answer = new CompletableFuture<Optional<byte[]>>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                answer.complete(follower.next(LONG, false));
            } catch (InterruptedException interruption) {
                answer.completeExceptionally(interruption);
            }
        });
        await().atMost(LONG).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return answer;
    }
}
