package org.perilune.console.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeviceTest {
    @ParameterizedTest
    @CsvSource({
        "nominal,,nominal",
        ",,–",
        "nominal,7200,nominal · clock 2 h ahead",
        ",-259200,clock 3 d behind",
    })
    void saysWithTheStatusHowFarAClockIsOff(String status, Long seconds, String word) {
        var device = new Device("rover", null, "online", null, null, status, seconds, 0, 0, 0, null, null);
        assertThat(device.statusWord()).isEqualTo(word);
    }
}
