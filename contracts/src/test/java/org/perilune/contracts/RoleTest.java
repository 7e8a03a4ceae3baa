package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoleTest {
    @ParameterizedTest
    @EnumSource(Role.class)
    void travelsByItsName(Role role) {
        assertThat(role.wireName()).matches("[a-z-]+");
        assertThat(Role.ofWireName(role.wireName())).hasValue(role);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "VIEWER", "Viewer", "flight_director", "viewer ", "root", "null"})
    void knowsNoOtherNames(String name) {
        assertThat(Role.ofWireName(name)).isEmpty();
    }

    @Test
    void givesTheLeastForANameOfALaterVersion() {
        assertThat(Role.ofStored("operator")).isEqualTo(Role.OPERATOR);
        assertThat(Role.ofStored("capcom")).isEqualTo(Role.VIEWER);
    }

    @Test
    void includesTheRolesBelowAndNoneAbove() {
        assertThat(Role.FLIGHT_DIRECTOR.wireName()).isEqualTo("flight-director");
        assertThat(Role.FLIGHT_DIRECTOR.includes(Role.VIEWER)).isTrue();
        assertThat(Role.FLIGHT_DIRECTOR.includes(Role.OPERATOR)).isTrue();
        assertThat(Role.FLIGHT_DIRECTOR.includes(Role.FLIGHT_DIRECTOR)).isTrue();
        assertThat(Role.FLIGHT_DIRECTOR.includes(Role.ADMINISTRATOR)).isFalse();
        assertThat(Role.VIEWER.includes(Role.OPERATOR)).isFalse();
    }
}
