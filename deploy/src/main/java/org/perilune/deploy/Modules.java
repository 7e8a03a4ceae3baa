package org.perilune.deploy;

import java.util.List;
import java.util.stream.Stream;
import org.perilune.contracts.Topology;

/** The modules whose poms a build of the services reads: Maven wants all that the root names. */
final class Modules {
    static final List<String> ALL = Stream.of(
                    Stream.of("contracts"),
                    Layers.ALL.stream().map(name -> "chassis/" + name),
                    Stream.of("flight-log", "embedded", "sdk", "testkit", "chassis-tests"),
                    Topology.SERVICES.stream().map(service -> "services/" + service.name()),
                    Stream.of("backup", "deploy", "launcher", "bench", "conformance"))
            .flatMap(names -> names)
            .toList();

    private Modules() {}
}
