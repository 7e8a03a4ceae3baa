package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Runs the scripts' own tests and checks their types, where this machine has Node. */
final class JavaScriptTest {
    private static final Path TESTS = Path.of("src/test/js");
    private static final Path SCRIPTS = Path.of("src/main/resources/org/perilune/console/assets");
    private static final String UPLOT_TYPES = "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.d.ts";
    private static final String TYPESCRIPT = "/META-INF/resources/webjars/typescript/5.9.3";

    @Test
    void scriptsPassTheirOwnTests() throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(node(), "--test"));
        try (var files = Files.list(TESTS)) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".test.js"))
                    .sorted()
                    .forEach(command::add);
        }
        assertThat(command).hasSizeGreaterThan(2);
        expectSuccess(command);
    }

    @Test
    void scriptsPassTheTypeChecker() throws IOException, InterruptedException, URISyntaxException {
        String node = node();
        Path types = Files.createDirectories(Path.of("target", "uplot")).resolve("uplot.d.ts");
        try (var found = Objects.requireNonNull(JavaScriptTest.class.getResourceAsStream(UPLOT_TYPES))) {
            Files.copy(found, types, StandardCopyOption.REPLACE_EXISTING);
        }
        expectSuccess(List.of(node, unpackedCompiler().toString(), "--project", TESTS.toString()));
    }

    /** Every script says to editors, too, that it is checked. */
    @Test
    void everyScriptIsChecked() throws IOException {
        try (var files = Files.list(SCRIPTS)) {
            for (Path script :
                    files.filter(file -> file.toString().endsWith(".js")).toList()) {
                assertThat(script).content().startsWith("// @ts-check\n");
            }
        }
    }

    /** TypeScript's compiler, which node cannot read within a JAR. */
    private static Path unpackedCompiler() throws IOException, URISyntaxException {
        URL compiler = Objects.requireNonNull(JavaScriptTest.class.getResource(TYPESCRIPT + "/lib/tsc.js"));
        Path folder = Path.of("target", "typescript");
        Files.createDirectories(folder.resolve("lib"));
        try (FileSystem jar = FileSystems.newFileSystem(compiler.toURI(), Map.of());
                var library = Files.list(jar.getPath(TYPESCRIPT, "lib"))) {
            // Without its package.json node would take the compiler for a module, as ours says of what is below it.
            Files.copy(
                    jar.getPath(TYPESCRIPT, "package.json"),
                    folder.resolve("package.json"),
                    StandardCopyOption.REPLACE_EXISTING);
            for (Path file : library.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve("lib").resolve(file.getFileName().toString());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return folder.resolve("lib").resolve("tsc.js");
    }

    private static void expectSuccess(List<String> command) throws IOException, InterruptedException {
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        run.getOutputStream().close();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(said).isZero();
    }

    /** Skips the tests where there is none, except in CI. Nobody who uses Perilune needs it. */
    private static String node() {
        Optional<String> node = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "node"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        if (node.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI has no node for the tests of scripts; install nodejs, 18 or newer");
        }
        Assumptions.assumeTrue(node.isPresent(), "no node on this machine: the tests of scripts are skipped");
        return node.orElseThrow();
    }
}
