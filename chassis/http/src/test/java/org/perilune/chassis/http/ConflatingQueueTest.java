package org.perilune.chassis.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConflatingQueueTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    @Test
    void aFollowerWhoIsBehindGetsTheNewestOfEachThing() throws Exception {
        var follower = new ConflatingQueue(Set.of(), 10);
        UUID first = new UUID(1, 1);
        UUID second = new UUID(1, 2);
        follower.offer(first, event("old"));
        follower.offer(second, event("other"));
        follower.offer(first, event("new"));
        assertThat(told(follower)).contains("event: thing\ndata: new\n\nevent: thing\ndata: other\n\n");
        assertThat(told(follower)).isEmpty();
    }

    @Test
    void oneWhoIsTooFarBehindIsSentAway() throws Exception {
        var follower = new ConflatingQueue(Set.of(), 10);
        for (int number = 0; number < 11; number++) {
            assertThat(follower.hasEnded()).isFalse();
            follower.offer(new UUID(2, number), event("x"));
        }
        assertThat(follower.hasEnded()).isTrue();
        assertThat(told(follower)).isEmpty();
    }

    @Test
    void nothingIsTooMuchAtOnce() throws Exception {
        var follower = new ConflatingQueue(Set.of(), 1_000);
        for (int number = 0; number < 250; number++) {
            follower.offer(new UUID(3, number), event(Integer.toString(number)));
        }
        assertThat(told(follower).orElseThrow()).contains("data: 99\n").doesNotContain("data: 100\n");
        assertThat(told(follower).orElseThrow()).startsWith("event: thing\ndata: 100\n");
    }

    @Test
    void onlyWhoFollowsAllIsToldOfWhatIsOfNoDevice() {
        assertThat(new ConflatingQueue(Set.of(), 1).wants(null)).isTrue();
        assertThat(new ConflatingQueue(Set.of("rover"), 1).wants(null)).isFalse();
        assertThat(new ConflatingQueue(Set.of("rover"), 1).wants("rover")).isTrue();
        assertThat(new ConflatingQueue(Set.of("rover"), 1).wants("lander")).isFalse();
    }

    private static byte[] event(String text) {
        return ServerSentEvents.event("thing", text.getBytes(UTF_8));
    }

    private static Optional<String> told(ConflatingQueue follower) throws InterruptedException {
        return follower.next(SHORT, false).map(events -> new String(events, UTF_8));
    }
}
