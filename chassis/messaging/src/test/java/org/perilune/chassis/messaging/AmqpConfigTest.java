package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Address;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;

class AmqpConfigTest {
    private static AmqpConfig read(Map<String, String> further) {
        var given = new HashMap<>(Map.of("amqp.user", "perilune", "amqp.password", "a password of some length"));
        given.putAll(further);
        Settings in = Settings.of(given);
        AmqpConfig config = AmqpConfig.read(in);
        in.check(List.of());
        return config;
    }

    @Test
    void keepsQueuesForAMonth() {
        assertThat(read(Map.of()).queueExpiry()).isEqualTo(Duration.ofDays(30));
        assertThat(read(Map.of("amqp.queue-expiry", "1h")).queueExpiry()).isEqualTo(Duration.ofHours(1));
        assertThat(read(Map.of("amqp.queue-expiry", "P45D")).queueExpiry()).isEqualTo(Duration.ofDays(45));
    }

    @Test
    void takesSeveralHosts() {
        assertThat(read(Map.of()).addresses()).containsExactly(new Address("127.0.0.1", 5672));
        assertThat(read(Map.of("amqp.host", "rabbit-1, rabbit-2:5673,[::1]:5674,[::2]", "amqp.port", "5671"))
                        .addresses())
                .containsExactly(
                        new Address("rabbit-1", 5671),
                        new Address("rabbit-2", 5673),
                        new Address("[::1]", 5674),
                        new Address("[::2]", 5671));
    }

    @ParameterizedTest
    @CsvSource({
        "amqp.host, rabbit-1:port",
        "amqp.host, 'rabbit-1,'",
        "amqp.queue-expiry, 59m",
        "amqp.queue-expiry, P46D",
        "amqp.delivery-limit, 19",
        "amqp.queue-type, mirrored",
        "amqp.absent-services, qwery"
    })
    void namesTheSettingThatIsWrong(String key, String value) {
        assertThatThrownBy(() -> read(Map.of(key, value)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(key);
    }
}
