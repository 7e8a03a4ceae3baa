package org.perilune.launcher;

import java.util.concurrent.Callable;
import org.perilune.embedded.mqtt.DeviceKeys;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "device",
        description = "Enrols devices with the embedded broker; whether it runs or not.",
        subcommands = {DeviceCommand.Add.class, DeviceCommand.Names.class, DeviceCommand.Remove.class})
final class DeviceCommand {
    private DeviceCommand() {}

    @Command(
            name = "add",
            description = {
                "Enrols a device, or gives an enrolled one a new key, and prints the key.",
                "The device logs in with its name and this key; the key is kept nowhere."
            })
    static final class Add implements Callable<Integer> {
        @Mixin
        private HomeOption where = new HomeOption();

        @Parameters(paramLabel = "NAME", description = "Letters, digits, '-', '_' and '.', at most 64")
        private String name = "";

        @Override
        public Integer call() {
            Home home = where.home();
            home.make();
            try {
                System.out.println(DeviceKeys.in(home.folder()).enrol(name));
            } catch (IllegalArgumentException refused) {
                throw new LauncherException(String.valueOf(refused.getMessage()), refused);
            }
            return 0;
        }
    }

    @Command(name = "list", description = "Prints the names of the enrolled devices.")
    static final class Names implements Callable<Integer> {
        @Mixin
        private HomeOption where = new HomeOption();

        @Override
        public Integer call() {
            DeviceKeys.in(where.home().folder()).names().forEach(System.out::println);
            return 0;
        }
    }

    @Command(name = "remove", description = "Takes a device's key away; its connections end within two seconds.")
    static final class Remove implements Callable<Integer> {
        @Mixin
        private HomeOption where = new HomeOption();

        @Parameters(paramLabel = "NAME", description = "As in device list")
        private String name = "";

        @Override
        public Integer call() {
            DeviceKeys keys = DeviceKeys.in(where.home().folder());
            if (!keys.names().contains(name)) {
                throw new LauncherException("No device is enrolled as " + name + "; ./perilune device list shows them");
            }
            keys.remove(name);
            return 0;
        }
    }
}
