package org.perilune.eventbus.callback;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.perilune.chassis.settings.Settings;

/** Hosts that the operator trusts by name: they may be private, without TLS, and at any port, or at the one named. */
record AllowedHosts(Set<String> names) {
    private static final String KEY = "callbacks.allowed-hosts";

    AllowedHosts {
        names = Set.copyOf(names);
    }

    /** Reads {@code callbacks.allowed-hosts}: {@code host} or {@code host:port}, separated by commas. */
    static AllowedHosts read(Settings in) {
        Set<String> names = Arrays.stream(in.text(KEY, "").split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
        for (String name : names) {
            if (!name.matches("([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?")) {
                in.fault(KEY, "'" + name + "' is neither a host nor host:port; separate several by commas");
            }
        }
        return new AllowedHosts(names);
    }

    /** @param host in lower case, an IPv6 address in brackets */
    boolean contain(String host, int port) {
        return names.contains(host) || names.contains(host + ":" + port);
    }
}
