package org.perilune.deploy;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/** How images are built: a target for each service, and {@code all}. */
@SuppressWarnings("InlineFormatString") // templates are read apart from what fills them
final class Containerfile {
    /** Layers that every service has. */
    private static final int COMMON = 2;

    private static final String HEAD = """
            # Made by ./perilune deploy from the topology: not to be edited.
            #   podman build -f deploy/Containerfile --target telemetry -t perilune/telemetry .
            # A JDK 25 builds and is cut down to what services need; BASE only has to have a C library (glibc).
            ARG JDK=docker.io/library/eclipse-temurin:25-jdk
            ARG BASE=docker.io/library/debian:bookworm-slim

            FROM ${JDK} AS build
            ENV MAVEN_ARGS="-B -q -Pimages -Dmaven.test.skip=true -Dunchecked"
            WORKDIR /source
            # Poms alone: this layer, which has the libraries, stays until one of them changes.
            COPY .mvn .mvn
            COPY mvnw pom.xml ./
            """;

    private static final String BUILD = """
            # Maven's compiler of messages fails without any, that of pages without their folder.
            COPY contracts/src/main/protobuf contracts/src/main/protobuf
            RUN mkdir -p services/console/src/main/jte && ./mvnw package -pl %1$s -am
            COPY . .
            RUN ./mvnw package -pl %1$s -am
            RUN %2$s
            RUN "${JAVA_HOME:-/opt/java/openjdk}"/bin/jlink --output /image/java --strip-java-debug-attributes --no-header-files --no-man-pages \\
              --add-modules java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.naming.dns,jdk.unsupported,jdk.zipfs
            """;

    private static final String RUNTIME = """

            FROM ${BASE} AS runtime
            LABEL org.opencontainers.image.title="Perilune" \\
              org.opencontainers.image.description="Mission control for fleets of remote machines" \\
              org.opencontainers.image.licenses="Apache-2.0"
            # With hundreds of threads glibc would keep a heap for every few of them.
            ENV MALLOC_ARENA_MAX=2
            COPY --from=build /image/java /opt/java
            COPY --from=build /image/layer-runtime/lib /opt/perilune/lib
            COPY --from=build /image/layer-runtime/probe.args /image/layer-runtime/training.properties /opt/perilune/
            COPY --from=build /image/layer-http/lib /opt/perilune/lib
            # Of no account in particular: any other number does as well.
            USER 10001:10001
            STOPSIGNAL SIGTERM
            """;

    private static final String TARGET = """

            FROM %2$s AS %1$s
            LABEL org.opencontainers.image.title="Perilune %1$s"
            COPY --from=build /image/%1$s /opt/perilune
            USER 0:0
            RUN ["/opt/java/bin/java", "-XX:AOTCacheOutput=/opt/perilune/%1$s.aot", "-Xlog:aot*=error:stderr", "-Xlog:cds*=error:stderr", "@/opt/perilune/%1$s.args", "--train", "/opt/perilune/training.properties"]
            USER 10001:10001
            EXPOSE %3$d
            ENTRYPOINT ["/opt/java/bin/java", "-XX:AOTCache=/opt/perilune/%1$s.aot", "@/opt/perilune/%1$s.args"]
            CMD ["/etc/perilune/perilune.properties"]
            """;

    private static final String ALL = """

            # Every service; which one runs is said by its arguments, such as @/opt/perilune/telemetry.args FILE.
            FROM runtime AS all
            LABEL org.opencontainers.image.title="Perilune, every service"
            %sENTRYPOINT ["/opt/java/bin/java"]
            """;

    private Containerfile() {}

    static String text() {
        String modules = Topology.SERVICES.stream()
                .map(service -> "services/" + service.name())
                .collect(Collectors.joining(","));
        String assembled = Topology.SERVICES.stream()
                .map(service ->
                        "deploy/image/assemble.sh " + service.name() + " " + String.join(" ", Layers.of(service)))
                .collect(Collectors.joining(" \\\n  && "));
        var text = new StringBuilder(HEAD);
        Modules.ALL.forEach(module -> text.append("COPY %1$s/pom.xml %1$s/\n".formatted(module)));
        text.append(BUILD.formatted(modules, assembled)).append(RUNTIME).append(stages());
        Topology.SERVICES.forEach(service -> text.append(target(service)));
        String everything =
                Layers.ALL.stream().skip(COMMON).map(Containerfile::layer).collect(Collectors.joining())
                        + Topology.SERVICES.stream()
                                .map(service -> "COPY --from=build /image/%s /opt/perilune\n".formatted(service.name()))
                                .collect(Collectors.joining());
        return text.append(ALL.formatted(everything)).toString();
    }

    /** Services with the same layers are built upon one stage, so that their images share them. */
    private static String target(Service service) {
        return TARGET.formatted(service.name(), stage(Layers.of(service)), service.port());
    }

    private static String stages() {
        var stages = new TreeMap<String, String>();
        for (Service service : Topology.SERVICES) {
            List<String> layers = Layers.of(service);
            for (int count = COMMON + 1; count <= layers.size(); count++) {
                List<String> below = layers.subList(0, count);
                stages.put(
                        stage(below),
                        "\nFROM %s AS %s\n%s"
                                .formatted(stage(below.subList(0, count - 1)), stage(below), layer(below.getLast())));
            }
        }
        return String.join("", stages.values());
    }

    private static String stage(List<String> layers) {
        return layers.size() == COMMON ? "runtime" : String.join("-", layers.subList(COMMON, layers.size()));
    }

    private static String layer(String name) {
        return "COPY --from=build /image/layer-%s/lib /opt/perilune/lib\n".formatted(name);
    }
}
