package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

class TopologyTest {
    private static final List<String> NAMES =
            Topology.SERVICES.stream().map(Service::name).toList();

    @Test
    void givesNoPortTwice() {
        var ports = Stream.concat(
                Topology.SERVICES.stream().map(Service::port),
                Arrays.stream(Store.values()).map(Store::embeddedPort));
        // MongoDB's port plus 10000 lies where systems pick ports for clients: the one that may be taken by chance.
        assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port > 1023 && port < 49_152);
    }

    @Test
    void namesNothingTwice() {
        assertThat(NAMES).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+(-[a-z]+)*"));
        assertThat(Topology.SERVICES)
                .extracting(Service::databaseName)
                .allMatch(name -> name.matches("[a-z][a-z0-9_]{0,62}"));
    }

    @Test
    void callsOnlyOtherServices() {
        for (Service service : Topology.SERVICES) {
            assertThat(NAMES).as(service.name()).containsAll(service.calls());
            assertThat(service.calls()).doesNotContain(service.name());
        }
    }

    /** Tokens are checked by crew's keys, so that nobody but crew can do without it. */
    @Test
    void startsWithTheIssuerOfTokens() {
        assertThat(Topology.SERVICES.getFirst()).isEqualTo(Topology.CREW);
        assertThat(Topology.SERVICES.stream().skip(1))
                .allSatisfy(service -> assertThat(service.calls()).contains("crew"));
    }

    @Test
    void findsServicesByName() {
        for (Service service : Topology.SERVICES) {
            assertThat(Topology.service(service.name())).isSameAs(service);
        }
        assertThatThrownBy(() -> Topology.service("crews"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("crews");
    }

    @Test
    void givesEachTypeOfEventsOneOwnerWithABroker() {
        var types = Topology.SERVICES.stream().flatMap(service -> service.publishes().stream());
        assertThat(types).doesNotHaveDuplicates().allMatch(EventTypes::isType);
        assertThat(Topology.SERVICES)
                .filteredOn(service ->
                        !service.publishes().isEmpty() || !service.consumes().isEmpty())
                .allSatisfy(service -> assertThat(service.stores()).contains(Store.AMQP));
    }

    @Test
    void consumesOnlyWhatIsPublished() {
        var published = Topology.SERVICES.stream()
                .flatMap(service -> service.publishes().stream())
                .toList();
        for (Service service : Topology.SERVICES) {
            assertThat(service.consumes())
                    .as(service.name())
                    .allMatch(type -> type.equals(Exchanges.EVERY_TYPE) || published.contains(type));
        }
    }

    @Test
    void readsOnlyStreamsThatSomebodyWrites() {
        var written = Topology.SERVICES.stream()
                .flatMap(service -> service.writes().stream())
                .toList();
        for (Service service : Topology.SERVICES) {
            assertThat(written).as(service.name()).containsAll(service.reads());
            assertThat(service.capacity().copies()).as(service.name()).isPositive();
            if (service.capacity().scaling() == Capacity.Scaling.STREAMS) {
                assertThat(service.reads()).as(service.name()).isNotEmpty();
            }
            if (service.capacity().scaling() == Capacity.Scaling.QUEUE) {
                assertThat(service.consumes()).as(service.name()).isNotEmpty();
            }
        }
    }
}
