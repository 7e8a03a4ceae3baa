package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventOwnersTest {
    @Test
    void everyTypeOfOursIsSomebodysOwn() throws IllegalAccessException {
        Field[] types = Stream.of(Activity.Type.class, FlightLog.class)
                .flatMap(declaring -> Stream.of(declaring.getDeclaredFields()))
                .filter(field -> Modifier.isPublic(field.getModifiers()) && field.getType() == String.class)
                .toArray(Field[]::new);
        assertThat(types).hasSizeGreaterThan(20);
        for (Field type : types) {
            assertThat(EventOwners.ownerOf(String.valueOf(type.get(null))))
                    .as(type.getName())
                    .isPresent();
        }
    }

    @Test
    void otherTypesAreAnybodys() {
        assertThat(EventOwners.ownerOf("CoffeeMade")).isEmpty();
    }
}
