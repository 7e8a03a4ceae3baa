package org.perilune.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.perilune.contracts.Topics;
import org.perilune.deploy.ComposeSecrets;
import org.perilune.deploy.DeploymentFiles;
import org.perilune.launcher.home.LauncherException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "deploy",
        description = {
            "Writes the files of deploy/ that are made from the topology, or the secrets of a Compose deployment.",
            "Starts nothing; docs/deploying.md shows what to do with them."
        })
final class DeployCommand implements Callable<Integer> {
    private static final Pattern DEVICE = Topics.DEVICE_NAME;

    @Option(
            names = "--into",
            paramLabel = "DIR",
            description = "The deploy/ folder of a checkout",
            defaultValue = "deploy")
    private Path folder = Path.of("deploy");

    @Option(names = "--check", description = "Writes nothing; exit status 1 where a file is not as it should be")
    private boolean check;

    @Option(
            names = "--secrets",
            description =
                    "Makes what is missing of secrets/, .env and compose/settings.properties; keeps what is there")
    private boolean secrets;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "With --secrets: an account at the MQTT broker, with a key in secrets/device-NAME; may be repeated")
    private List<String> devices = List.of();

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new LauncherException("There is no folder " + folder + "; run this in a checkout, or say --into DIR");
        }
        if (secrets) {
            return makeSecrets();
        }
        if (check) {
            List<String> different = DeploymentFiles.different(folder);
            different.forEach(path -> System.out.println("Not as the topology has it: " + folder.resolve(path)));
            return different.isEmpty() ? 0 : 1;
        }
        List<String> written = DeploymentFiles.write(folder);
        written.forEach(path -> System.out.println("Written: " + folder.resolve(path)));
        if (written.isEmpty()) {
            System.out.println("Everything in " + folder + " is as the topology has it");
        }
        return 0;
    }

    private int makeSecrets() throws IOException {
        for (String device : devices) {
            if (!DEVICE.matcher(device).matches()) {
                throw new LauncherException(
                        "'" + device + "' is no name of a device: letters, digits, '-', '_' and '.'");
            }
        }
        List<Path> keys = new ComposeSecrets(folder).make(devices);
        keys.forEach(key -> System.out.println("The device's key: " + key));
        System.out.println("Secrets are in " + folder.resolve("secrets")
                + "; the administrator's first password is in crew-administrator there");
        return 0;
    }
}
