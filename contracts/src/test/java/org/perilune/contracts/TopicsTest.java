package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.contracts.Topics.FleetTopic;

class TopicsTest {
    @Test
    void findsDeviceAndLeaf() {
        assertThat(Topics.parse("fleet/eagle-1/telemetry")).hasValue(new FleetTopic("eagle-1", "telemetry"));
        assertThat(Topics.parse(Topics.of("a.b_c", Topics.LAST_WILL))).hasValue(new FleetTopic("a.b_c", "lwt"));
    }

    @Test
    void leavesTheRestOfTheTopicInTheLeaf() {
        assertThat(Topics.parse("fleet/eagle/telemetry/raw")).hasValue(new FleetTopic("eagle", "telemetry/raw"));
        assertThat(Topics.parse("fleet/eagle//")).hasValue(new FleetTopic("eagle", "/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fleet",
                "fleet/",
                "fleet//",
                "fleet//telemetry",
                "fleet/eagle",
                "fleet/eagle/",
                "/fleet/eagle/lwt",
                "Fleet/eagle/lwt",
                "fleets/eagle/lwt",
                "connect",
                "lwt"
            })
    void takesOtherTopicsForTheUsers(String topic) {
        assertThat(Topics.parse(topic)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "7", "Eagle.1_x-2"})
    void namesDevices(String name) {
        assertThat(name).matches(Topics.DEVICE_NAME);
        assertThat("x".repeat(64)).matches(Topics.DEVICE_NAME);
    }

    /** The characters of MQTT's wildcards and levels, of paths and of lines have no place in a name. */
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "-a", "_a", "a/b", "a+", "#", "$SYS", "a b", "a\n", "ä", "a\0"})
    void refusesOtherNames(String name) {
        assertThat(name).doesNotMatch(Topics.DEVICE_NAME);
        assertThat("x".repeat(65)).doesNotMatch(Topics.DEVICE_NAME);
    }
}
