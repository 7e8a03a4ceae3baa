package org.perilune.launcher.process;

import static org.perilune.contracts.Topology.Store.POSTGRESQL;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.perilune.backup.BackupConfig;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Secrets;
import org.perilune.launcher.home.FreePorts;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.UserSettings;

/**
 * All services in one process, before anything is started: every setting is read and checked, every port is known.
 *
 * @param ports of the services by name; none is 0
 * @param settings of the user, and what follows from the ports and the home; without the embedded backends'
 * @param effective every setting with its value, secrets masked, for the log
 */
public record LaunchPlan(
        Home home,
        BackendsConfig backends,
        Map<String, Integer> ports,
        Map<String, String> settings,
        Map<String, String> effective) {
    private static final String FILE = "-file";
    private static final String LOOPBACK = "http://127.0.0.1:";
    /** Passes every rule there is for a secret; only ever checked, never used. */
    private static final String STAND_IN_SECRET = Secrets.random(24);

    public LaunchPlan {
        ports = Map.copyOf(ports);
        settings = Map.copyOf(settings);
        effective = new TreeMap<>(effective);
    }

    /**
     * What services read is known by their reading it once: what follows from ports and home is offered to all of them, and
     * becomes a setting of those that took it.
     *
     * @throws InvalidSettings with every fault there is
     */
    public static LaunchPlan read(Home home, Map<String, String> user) {
        var wanted = Settings.of(user);
        var ports = new HashMap<String, Integer>();
        for (Service service : Topology.SERVICES) {
            ports.put(service.name(), wanted.at(service.name()).port("http.port", service.port()));
        }
        BackendsConfig backends = FreePorts.fill(backends(home, wanted), ports);
        Map<String, String> derived = derived(home, ports);
        var chosen = new HashMap<>(user);
        ports.forEach((name, port) -> chosen.computeIfPresent(name + ".http.port", (key, old) -> probePort(old, port)));

        var read = Settings.of(chosen, offered(derived, backends));
        backends(home, read);
        BackupConfig.read(read.at("backup"));
        ServiceDefinitions.ALL.forEach(kind -> kind.prepare(read));
        refuseTlsAmongServices(read);
        read.check(unread());

        var settings = new HashMap<>(derived);
        settings.keySet().retainAll(read.effective().keySet());
        UserSettings.put(settings, chosen);
        return new LaunchPlan(home, backends, ports, settings, read.effective());
    }

    /** What every service is told, with what the embedded backends made; secrets by their files. */
    public Map<String, String> complete(Map<String, String> backendSettings) {
        var all = new HashMap<>(backendSettings);
        // All copies of the console count from there, however often they are started.
        home.missionStart().ifPresent(start -> all.put("console.mission.start", start.toString()));
        UserSettings.put(all, settings);
        return Map.copyOf(all);
    }

    /** Reads the services' settings again, with what the embedded backends made. */
    List<ServiceDefinition.Prepared> prepare(Map<String, String> backendSettings) {
        var read = Settings.of(complete(backendSettings));
        var prepared = new ArrayList<ServiceDefinition.Prepared>();
        for (ServiceDefinition<?> kind : ServiceDefinitions.ALL) {
            prepared.add(kind.prepare(read));
        }
        backends(home, read);
        BackupConfig.read(read.at("backup"));
        read.check(unread());
        return prepared;
    }

    /** They find each other on loopback by http, and so do the commands. */
    private static void refuseTlsAmongServices(Settings read) {
        Map<String, String> effective = read.effective();
        for (Service service : Topology.SERVICES) {
            if ("true".equals(effective.get(service.name() + ".http.tls.enabled"))) {
                read.at(service.name())
                        .fault(
                                "http.tls.enabled",
                                "is for services that run apart; those of one process find each other on loopback"
                                        + " without TLS. Let a proxy speak TLS before the console");
            }
        }
    }

    private static List<String> unread() {
        return Topology.SERVICES.stream()
                .map(Service::name)
                .filter(name -> ServiceDefinitions.ALL.stream()
                        .noneMatch(kind -> kind.name().equals(name)))
                .toList();
    }

    /** @throws IllegalArgumentException for a service that is not in the topology */
    int port(Service service) {
        Integer port = ports.get(service.name());
        if (port == null) {
            throw new IllegalArgumentException("No port was planned for " + service.name());
        }
        return port;
    }

    private static String probePort(String wanted, int chosen) {
        return wanted.equals("0") ? Integer.toString(chosen) : wanted;
    }

    /** Such as {@code embedded.postgres.port}. */
    public static String portKey(Topology.Store store) {
        return "embedded." + storeKey(store) + ".port";
    }

    private static String storeKey(Topology.Store store) {
        return store == POSTGRESQL ? "postgres" : store.wireName();
    }

    private static BackendsConfig backends(Home home, Settings in) {
        var stores = new EnumMap<Topology.Store, Integer>(Topology.Store.class);
        for (Topology.Store store : Topology.Store.values()) {
            stores.put(store, in.port(portKey(store), store.embeddedPort()));
        }
        return new BackendsConfig(
                home.folder(),
                stores,
                Topology.SERVICES.stream()
                        .filter(Service::hasDatabase)
                        .map(Service::databaseName)
                        .toList(),
                in.flag("embedded.opensearch.enabled", true),
                new BackendsConfig.DeviceLimit(
                        in.integer(
                                "embedded.mqtt.device-messages-per-second",
                                BackendsConfig.DeviceLimit.USUAL.messagesPerSecond(),
                                1,
                                1_000_000),
                        1024
                                * in.integer(
                                        "embedded.mqtt.device-kilobytes-per-second",
                                        BackendsConfig.DeviceLimit.USUAL.bytesPerSecond() / 1024,
                                        64,
                                        1_000_000)));
    }

    /** Where services find each other, and what the home holds for them. */
    private static Map<String, String> derived(Home home, Map<String, Integer> ports) {
        var derived = new HashMap<String, String>();
        for (Service service : Topology.SERVICES) {
            derived.put(service.name() + ".http.port", Integer.toString(ports.getOrDefault(service.name(), 0)));
            derived.put(service.name() + ".tokens.keys-url", LOOPBACK + ports.get(Topology.CREW.name()) + "/keys");
            ports.forEach((callee, port) -> {
                derived.put(service.name() + "." + callee + ".url", LOOPBACK + port);
                derived.put(service.name() + ".services." + callee, LOOPBACK + port);
            });
        }
        derived.put(
                "crew.administrator.password-file", home.administratorPassword().toString());
        for (Service service : Topology.SERVICES) {
            derived.put(
                    service.name() + ".cli.secret-file",
                    home.commandLineSecret().toString());
        }
        for (Service service : Topology.TOKENS.keySet()) {
            String secret = home.tokenSecret(service.name()).toString();
            derived.put(service.name() + ".token.secret-file", secret);
            derived.put("crew.services." + service.name() + ".secret-file", secret);
        }
        String device = Topology.LUNAR_MODULE.name();
        derived.put(device + ".journal", home.journal(device).toString());
        return derived;
    }

    /**
     * What follows from ports and home, before anything is started: the embedded backends make accounts and secrets when
     * they start, the home its own when it is made; until then something must stand in for them.
     */
    private static Map<String, String> offered(Map<String, String> derived, BackendsConfig backends) {
        var offered = new HashMap<String, String>();
        derived.forEach((key, value) -> {
            if (key.endsWith(FILE)) {
                offered.put(key.substring(0, key.length() - FILE.length()), STAND_IN_SECRET);
            } else {
                offered.put(key, value);
            }
        });
        for (Service service : Topology.SERVICES) {
            for (Topology.Store store : service.stores()) {
                String prefix = service.name() + "." + storeKey(store);
                offered.put(prefix + ".user", service.databaseName());
                offered.put(prefix + ".password", STAND_IN_SECRET);
                offered.put(prefix + ".port", Integer.toString(backends.port(store)));
            }
            if (service.stores().contains(Topology.Store.OPENSEARCH)) {
                offered.put(service.name() + ".opensearch.url", LOOPBACK + backends.port(Topology.Store.OPENSEARCH));
            }
            if (service.hasDatabase()) {
                offered.put(service.name() + ".postgres.url", "jdbc:postgresql://127.0.0.1/" + service.databaseName());
            }
        }
        return offered;
    }
}
