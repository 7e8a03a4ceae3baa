package org.perilune.launcher;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.perilune.chassis.server.ServiceProcess;
import org.perilune.chassis.settings.SettingsFile;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.UserSettings;
import org.perilune.launcher.process.ServiceDefinitions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Runs one service in this process, against the addresses in its settings.",
            "Its log goes to standard output as JSON lines."
        })
public final class RunCommand implements Callable<Integer> {
    @Mixin
    private HomeOption where = new HomeOption();

    @Mixin
    private HomeOption.WithSettings settings = new HomeOption.WithSettings();

    @Option(
            names = "--beside",
            description = {
                "With what the Perilune that runs in the home tells its services: for one that was left out of it, or,",
                "with --set SERVICE.http.port=0, for another copy."
            })
    private boolean beside;

    @Parameters(paramLabel = "SERVICE", description = "Such as telemetry or comments; ./perilune status names them")
    private String service = "";

    @Override
    public Integer call() throws Exception {
        ServiceProcess.run(ServiceDefinitions.named(service), all());
        return 0;
    }

    private Map<String, String> all() {
        Home home = where.home();
        Map<String, String> user = settings.user(home);
        if (!beside) {
            return user;
        }
        StateFile.require(home);
        var all = new HashMap<>(SettingsFile.read(home.serviceSettings()));
        UserSettings.put(all, user);
        return all;
    }
}
