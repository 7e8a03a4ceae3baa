package org.perilune.embedded.mqtt;

import static org.perilune.contracts.Topology.Store.MQTT;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/** Who of the topology's services logs in to the broker as what. */
public final class MqttUsers {
    /** Services that are devices themselves: they come in by the same door as every device. */
    public static final Set<String> DEVICES = Set.of(Topology.LUNAR_MODULE.name());

    /** Services with a log-in that may use the whole fleet's branch. */
    public static final Set<String> SERVICES = Topology.SERVICES.stream()
            .filter(service -> service.stores().contains(MQTT))
            .map(Service::name)
            .filter(name -> !DEVICES.contains(name))
            .collect(Collectors.toUnmodifiableSet());

    private MqttUsers() {}

    public static String secret(String user) {
        return user + ".mqtt";
    }

    /** Whether a service bears the name, with a log-in or without; no device may be enrolled by hand under it. */
    static boolean isService(String name) {
        return Topology.SERVICES.stream().anyMatch(service -> service.name().equals(name));
    }

    /** The user that a client id speaks of: all of it, or what is before the first ':' or '/'. */
    static String owner(String clientId) {
        for (int at = 0; at < clientId.length(); at++) {
            if (clientId.charAt(at) == ':' || clientId.charAt(at) == '/') {
                return clientId.substring(0, at);
            }
        }
        return clientId;
    }

    /** Why a device may not use a client id; empty if it may. */
    static Optional<String> objection(String device, String clientId, boolean sessionLasts, DeviceKeys devices) {
        String owner = owner(clientId);
        if (owner.equals(device)) {
            return Optional.empty();
        }
        if (devices.knows(owner) || SERVICES.stream().anyMatch(clientId::startsWith)) {
            return Optional.of("This client id belongs to another");
        }
        if (sessionLasts) {
            return Optional.of("A session that outlives its connection needs the device's name as client id,"
                    + " or a client id that begins with the name and ':'");
        }
        return Optional.empty();
    }
}
