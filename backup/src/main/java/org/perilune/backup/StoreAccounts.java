package org.perilune.backup;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.perilune.chassis.mongo.MongoConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/**
 * Where the services keep what they keep, and their accounts there.
 *
 * @param databases consumers of events before those that publish them, and callers before those they call: their
 *     snapshots are taken in this order, so that none shows the effect of what another does not have
 * @param derived databases that are built anew from the others
 * @param mongodb by service
 */
public record StoreAccounts(
        List<ServiceDatabase> databases,
        List<ServiceDatabase> derived,
        RedisConfig redis,
        Map<String, MongoConfig> mongodb) {
    /** Built anew from the log of events. */
    private static final Set<Service> DERIVED = Set.of(Topology.QUERY);

    /** Looks at everybody's stores and keeps nothing. */
    private static final Set<Service> KEEPS_NOTHING = Set.of(Topology.STATUS);

    /** The log of events is first; crew, whose people all others name, is last. */
    private static final List<Service> FIRST =
            List.of(Topology.EVENT_BUS, Topology.MODERATION, Topology.COMMENTS, Topology.POSTS);

    public StoreAccounts {
        databases = List.copyOf(databases);
        derived = List.copyOf(derived);
        mongodb = Map.copyOf(mongodb);
    }

    /**
     * Reads {@code SERVICE.postgres.*}, {@code telemetry.redis.*} and {@code SERVICE.mongodb.*}, as the services do.
     * Faults are collected.
     */
    public static StoreAccounts read(Settings in) {
        var ordered = new java.util.ArrayList<>(FIRST);
        Topology.SERVICES.reversed().stream()
                .filter(service -> !FIRST.contains(service) && !KEEPS_NOTHING.contains(service))
                .forEach(ordered::add);
        List<ServiceDatabase> all = ordered.stream()
                .filter(Service::hasDatabase)
                .map(service -> new ServiceDatabase(service.name(), PostgresConfig.read(in.at(service.name()), 1)))
                .toList();
        var mongodb = new TreeMap<String, MongoConfig>();
        ordered.stream()
                .filter(service -> service.stores().contains(Store.MONGODB))
                .forEach(service -> mongodb.put(service.name(), MongoConfig.read(in.at(service.name()))));
        Set<String> derived = Set.copyOf(DERIVED.stream().map(Service::name).toList());
        return new StoreAccounts(
                all.stream().filter(one -> !derived.contains(one.service())).toList(),
                all.stream().filter(one -> derived.contains(one.service())).toList(),
                RedisConfig.read(in.at(Topology.TELEMETRY.name())),
                mongodb);
    }

    ServiceDatabase database(String service) {
        return databases.stream()
                .filter(one -> one.service().equals(service))
                .findFirst()
                .orElseThrow(() -> new BackupException("The backup has a database of " + service
                        + ", which this program does not know: it was made by a newer Perilune. Nothing was changed"));
    }

    MongoCollections collections(String service) {
        MongoConfig config = mongodb.get(service);
        if (config == null) {
            throw new BackupException("The backup has documents of " + service
                    + ", which this program does not know: it was made by a newer Perilune. Nothing was changed");
        }
        return new MongoCollections(service, config);
    }
}
