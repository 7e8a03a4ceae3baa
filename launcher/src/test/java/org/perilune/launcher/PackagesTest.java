package org.perilune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Topology;

/** Which package of a module may know which other of it; see docs/architecture.md. */
final class PackagesTest {
    private static final String ROOT = "org.perilune.";

    private static final Pattern CHASSIS_MODULE = Pattern.compile("<artifactId>perilune-chassis-(\\w+)</artifactId>");

    /** Packages of the chassis that are part of a module of another name. */
    private static final Map<String, String> MODULES = Map.of(
            "settings",
            "runtime",
            "tls",
            "runtime",
            "json",
            "runtime",
            "logging",
            "runtime",
            "server",
            "runtime",
            "tracing",
            "runtime",
            "client",
            "http");

    /** Made by generators. */
    private static final Set<String> GENERATED = Set.of("contracts.v1", "console.pages");

    /**
     * Of each package those that it may know, as docs/architecture.md lists them: all of them before it, so that there is
     * no cycle. A module's own package, which puts the others together, may know all of them and none may know it.
     */
    private static final Map<String, List<String>> ARROWS = arrows(listed());

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.perilune");

    @Test
    void everyPackageIsListed() {
        Set<String> nested = CLASSES.stream()
                .map(PackagesTest::packageOf)
                .filter(name -> name.contains("."))
                .filter(name -> !GENERATED.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(nested).isEqualTo(new TreeSet<>(ARROWS.keySet()));
    }

    @Test
    void arrowsAreThoseListedAndAllOfThem() {
        var found = new LinkedHashMap<String, Set<String>>();
        ARROWS.keySet().forEach(name -> found.put(name, known(name)));
        var listed = new LinkedHashMap<String, Set<String>>();
        ARROWS.forEach((name, known) -> listed.put(name, new TreeSet<>(known)));
        assertThat(found).isEqualTo(listed);
    }

    @Test
    void arrowsLeadUpwards() {
        var before = new HashSet<String>();
        ARROWS.forEach((name, known) -> {
            assertThat(before).as(name).containsAll(known);
            before.add(name);
        });
    }

    /** What a service, the SDK or the bench has inside is nobody else's. */
    @Test
    void servicesInsidesAreTheirOwn() {
        Set<String> closed = Topology.SERVICES.stream()
                .map(service -> service.name().replace("-", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        closed.addAll(List.of("sdk", "bench"));
        var seen = new ArrayList<String>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = packageOf(dependency.getTargetClass().getBaseComponentType());
                if (ARROWS.containsKey(to)
                        && closed.contains(module(to))
                        && !module(to).equals(module(packageOf(type)))) {
                    seen.add(dependency.getDescription());
                }
            }
        }
        assertThat(seen).isEmpty();
    }

    /** A driver that a service does not use is not on its class path. */
    @Test
    void servicesDeclareThoseModulesOfTheChassisThatTheyUse() throws IOException {
        for (Topology.Service service : Topology.SERVICES) {
            String pom = Files.readString(Path.of("..", "services", service.name(), "pom.xml"));
            Set<String> declared = CHASSIS_MODULE
                    .matcher(pom)
                    .results()
                    .map(found -> found.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
            String module = service.name().replace("-", "");
            Set<String> used = CLASSES.stream()
                    .filter(type -> module(packageOf(type)).equals(module))
                    .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                    .map(dependency -> packageOf(dependency.getTargetClass().getBaseComponentType()))
                    .filter(name -> name.startsWith("chassis."))
                    .map(name -> name.substring("chassis.".length()))
                    .map(name -> MODULES.getOrDefault(name, name))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(declared).as(service.name()).isEqualTo(used);
        }
    }

    private static Set<String> known(String name) {
        return CLASSES.stream()
                .filter(type -> packageOf(type).equals(name))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> packageOf(dependency.getTargetClass().getBaseComponentType()))
                .filter(to -> !to.equals(name) && module(to).equals(module(name)) && !GENERATED.contains(to))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> listed() {
        try {
            String text = Files.readString(Path.of("..", "docs", "architecture.md"));
            String section = text.substring(text.indexOf("## Packages"));
            int begin = section.indexOf("```\n") + 4;
            return section.substring(begin, section.indexOf("```", begin))
                    .lines()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Map<String, List<String>> arrows(List<String> lines) {
        var arrows = new LinkedHashMap<String, List<String>>();
        for (String line : lines) {
            String[] parts = line.split(": ");
            String module = module(parts[0]);
            arrows.put(
                    parts[0],
                    parts.length < 2
                            ? List.of()
                            : List.of(parts[1].split(" ")).stream()
                                    .map(name -> module + "." + name)
                                    .toList());
        }
        return arrows;
    }

    /** Without what all have in common; empty for what is not ours. */
    private static String packageOf(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(ROOT) ? name.substring(ROOT.length()) : "";
    }

    private static String module(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
