package org.perilune.embedded.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicPolicyTest {
    private final TopicPolicy policy = new TopicPolicy("rover");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fleet/rover/telemetry",
                "fleet/rover/connect",
                "fleet/rover/lwt",
                "fleet/rover/ack",
                "fleet/rover/other",
                "connect",
                "lwt",
                "garden/moisture",
                "fleeting",
                "/fleet/other",
                "a/b/c/d/e/f/g/h"
            })
    void letsPublish(String topic) {
        assertThat(policy.mayPublish(topic)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fleet/rover2/telemetry",
                "fleet/rove/telemetry",
                "fleet/rover",
                "fleet/rover/",
                "fleet/rover/a/b",
                "fleet/rover/stored",
                "fleet/rover/command",
                "fleet",
                "fleet/",
                "fleet//telemetry",
                "$SYS/x",
                "$share/group/fleet/rover/telemetry",
                "",
                "a/b/c/d/e/f/g/h/i"
            })
    void refusesPublish(String topic) {
        assertThat(policy.mayPublish(topic)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fleet/rover/#",
                "fleet/rover/+",
                "fleet/rover/command",
                "garden/#",
                "garden/+/moisture",
                "$share/group/garden/#",
                "$share/group/fleet/rover/command"
            })
    void letsSubscribe(String filter) {
        assertThat(policy.maySubscribe(filter)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "+",
                "+/rover/command",
                "fleet/#",
                "fleet/+/telemetry",
                "fleet/other/command",
                "fleet",
                "$share/group/fleet/other/command",
                "$share/group/#",
                "$share/group/connect",
                "$share/group/$SYS/x",
                "$share/group/",
                "$share/group",
                "$share//garden",
                "$share/",
                "$SYS/#",
                "connect",
                "lwt",
                ""
            })
    void refusesSubscription(String filter) {
        assertThat(policy.maySubscribe(filter)).isFalse();
    }
}
