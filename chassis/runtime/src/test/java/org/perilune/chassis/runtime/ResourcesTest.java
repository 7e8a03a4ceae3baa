package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    private final List<String> closed = new ArrayList<>();
    private final Resources resources = new Resources();

    private void add(String name) {
        resources.add(() -> closed.add(name));
    }

    private void addBroken(String name, Exception failure) {
        resources.add(() -> {
            closed.add(name);
            throw failure;
        });
    }

    @Test
    void closesInReverseAndOnce() {
        add("store");
        add("listener");
        resources.close();
        resources.close();
        assertThat(closed).containsExactly("listener", "store");
    }

    @Test
    void closesTheRestWhenSomeFail() {
        add("store");
        addBroken("second", new IOException("two"));
        addBroken("first", new IllegalArgumentException("one"));
        assertThatThrownBy(resources::close)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("one")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(suppressed -> assertThat(suppressed).hasMessage("two")));
        assertThat(closed).containsExactly("first", "second", "store");
    }

    @Test
    void keepsTheReasonOfAFailedStart() {
        add("store");
        addBroken("broken", new IOException("closing"));
        var start = new IllegalStateException("starting");
        resources.closeAfter(start);
        assertThat(start.getSuppressed())
                .singleElement()
                .satisfies(suppressed -> assertThat(suppressed).hasRootCauseMessage("closing"));
        assertThat(closed).containsExactly("broken", "store");
    }

    @Test
    void leavesBehindWhatHangsAndClosesTheRest() {
        var never = new java.util.concurrent.CountDownLatch(1);
        var closed = new java.util.concurrent.CountDownLatch(1);
        var hasty = new Resources(java.time.Duration.ofMillis(100));
        hasty.add(closed::countDown);
        hasty.add(never::await);
        hasty.add(never::await);
        hasty.close();
        org.awaitility.Awaitility.await().until(() -> closed.getCount() == 0);
    }
}
