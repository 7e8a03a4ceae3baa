package org.perilune.launcher;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.backup.BackupConfig;
import org.perilune.backup.StoreAccounts;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.settings.SettingsFile;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.UserSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What backup and restore are both told. */
final class BackupOptions {
    /** Names of what a backup holds beside the stores. */
    static final String DEVICES = "home/devices.gz";

    static final String FIRST_START = "home/first-start.gz";

    private static final String PART = "backup";

    @Mixin
    private HomeOption where = new HomeOption();

    @Mixin
    private HomeOption.WithSettings settings = new HomeOption.WithSettings();

    @Option(
            names = "--at",
            paramLabel = "TARGET",
            description = "Where backups are: a folder, or s3://BUCKET/PREFIX; else the setting backup.target")
    private @Nullable String target;

    Home home() {
        return where.home();
    }

    Map<String, String> user() {
        return settings.user(home());
    }

    /** Whether the stores are the home's own, and not those that settings name. */
    boolean isEmbedded() {
        return !user().containsKey(Topology.CREW.name() + ".postgres.url");
    }

    /** What services are told, by what runs in the home or by settings. */
    Map<String, String> ofServices() {
        if (!isEmbedded()) {
            return user();
        }
        StateFile.require(home());
        var all = new HashMap<>(SettingsFile.read(home().serviceSettings()));
        UserSettings.put(all, user());
        return all;
    }

    BackupConfig config() {
        var in = Settings.of(user());
        BackupConfig config = BackupConfig.read(in.at(PART));
        in.check(others());
        return target == null ? config : config.at(target);
    }

    static StoreAccounts accounts(Map<String, String> ofServices) {
        var in = Settings.of(ofServices);
        StoreAccounts accounts = StoreAccounts.read(in);
        Set<String> others = others();
        others.add(PART);
        in.check(others);
        return accounts;
    }

    private static Set<String> others() {
        Set<String> others = new HashSet<>(Set.of("embedded"));
        Topology.SERVICES.forEach(service -> others.add(service.name()));
        return others;
    }
}
