package org.perilune.launcher;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Topology;

/** The house rules of docs/architecture.md that bytecode can tell. */
final class ArchitectureTest {
    private static final String ROOT = "org.perilune.";

    /** Classes that services show beside their config and service; each with its reason. */
    private static final Map<String, String> TOLERATED_PUBLIC = Map.of();

    private static final DescribedPredicate<JavaClass> HANDWRITTEN = describe(
            "written by hand",
            type -> !type.getPackageName().startsWith(ROOT + "contracts.v1")
                    && !type.getPackageName().equals(ROOT + "console.pages")
                    && !type.getSimpleName().startsWith("Jte"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.perilune");

    @Test
    void seesEveryModule() {
        Set<String> seen = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(ROOT))
                .map(ArchitectureTest::module)
                .collect(Collectors.toSet());
        assertThat(seen).contains("contracts", "chassis", "embedded", "sdk", "launcher");
        assertThat(seen).containsAll(services());
    }

    @Test
    void servicesShareContractsAndChassisOnly() {
        for (String service : services()) {
            var allowed = new ArrayList<>(List.of("contracts", "chassis", service));
            if (service.equals(packageOf(Topology.LUNAR_MODULE))) {
                allowed.add("sdk");
            }
            if (service.equals(packageOf(Topology.POSTS)) || service.equals(packageOf(Topology.COMMENTS))) {
                allowed.add("flightlog");
            }
            onlyKnows(service, allowed);
        }
    }

    @Test
    void sharedModulesKnowNoService() {
        onlyKnows("contracts", List.of("contracts"));
        onlyKnows("chassis", List.of("chassis", "contracts"));
        onlyKnows("flightlog", List.of("flightlog", "chassis", "contracts"));
        onlyKnows("embedded", List.of("embedded", "contracts"));
        onlyKnows("sdk", List.of("sdk", "contracts"));
        onlyKnows("backup", List.of("backup", "chassis", "contracts"));
        onlyKnows("deploy", List.of("deploy", "contracts"));
    }

    @Test
    void nothingMutableIsStatic() {
        List<String> mutable = CLASSES.stream()
                .filter(HANDWRITTEN)
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                .map(JavaField::getFullName)
                .toList();
        assertThat(mutable).isEmpty();
    }

    @Test
    void onlyTheCommandLineEndsTheProcess() {
        noClasses()
                .that(describe(
                        "are not a main class", type -> !type.getSimpleName().equals("Main")))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(CLASSES);
    }

    @Test
    void onlyProcessesOwnShutdownHooks() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.perilune.launcher..", "org.perilune.chassis.server..")
                .should()
                .callMethod(Runtime.class, "addShutdownHook", Thread.class)
                .check(CLASSES);
    }

    @Test
    void servicesShowTheirConfigAndThemselves() {
        for (Topology.Service service : Topology.SERVICES) {
            List<String> shown = CLASSES.stream()
                    .filter(type -> type.getPackageName().equals(ROOT + packageOf(service)))
                    .filter(type ->
                            type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                    .filter(HANDWRITTEN)
                    .map(JavaClass::getSimpleName)
                    .filter(name -> !TOLERATED_PUBLIC.containsKey(name))
                    .toList();
            String stem = stem(service);
            assertThat(shown).as(service.name()).containsExactlyInAnyOrder(stem + "Config", stem + "Service");
        }
    }

    private static void onlyKnows(String module, List<String> allowed) {
        DescribedPredicate<JavaClass> foreign = resideInAnyPackage("org.perilune..")
                .and(describe("outside of " + allowed, type -> !allowed.contains(module(type.getPackageName()))));
        noClasses()
                .that()
                .resideInAPackage(ROOT + module + "..")
                .should()
                .dependOnClassesThat(foreign)
                .check(CLASSES);
    }

    private static List<String> services() {
        return Topology.SERVICES.stream().map(ArchitectureTest::packageOf).toList();
    }

    private static String packageOf(Topology.Service service) {
        return service.name().replace("-", "");
    }

    private static String stem(Topology.Service service) {
        return List.of(service.name().split("-")).stream()
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static String module(String packageName) {
        String rest = packageName.substring(Math.min(ROOT.length(), packageName.length()));
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
