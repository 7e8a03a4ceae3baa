package org.perilune.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The real helm, where this machine has it. */
final class Helm {
    private static final Path CHART = Path.of("chart");

    private final Path program;

    private Helm(Path program) {
        this.program = program;
    }

    /** What PERILUNE_HELM names, else what is on the PATH. */
    static Optional<Helm> find() {
        String named = System.getenv("PERILUNE_HELM");
        if (named != null) {
            return Optional.of(new Helm(Path.of(named)));
        }
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "helm"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Helm::new);
    }

    /**
     * What the chart renders.
     *
     * @param options such as {@code --set host=perilune.example}
     */
    String template(List<String> options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("template", "perilune", CHART.toString()));
        command.addAll(options);
        return run(command);
    }

    String lint() throws IOException, InterruptedException {
        return run(List.of("lint", "--strict", CHART.toString()));
    }

    private String run(List<String> arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        Path errors = Files.createTempFile("helm", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(() -> read(errors)).isZero();
            return output;
        } finally {
            Files.delete(errors);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
