package org.perilune.launcher;

import java.util.concurrent.Callable;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.process.LaunchPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "check",
        description = "Validates every setting, prints them all with their values, and starts nothing.")
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private HomeOption where = new HomeOption();

    @Mixin
    private HomeOption.WithSettings settings = new HomeOption.WithSettings();

    @Override
    public Integer call() {
        Home home = where.home();
        LaunchPlan.read(home, settings.user(home)).effective().forEach((key, value) -> {
            if (!value.isEmpty()) {
                System.out.println(key + "=" + value);
            }
        });
        System.err.println("The settings are valid");
        return 0;
    }
}
