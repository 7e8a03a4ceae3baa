package org.perilune.telemetry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.perilune.contracts.Streams;
import org.perilune.contracts.Topics;

/** Devices' ids by their names. A name that was never heard of gets one. Safe for threads. */
public final class DeviceRegistry {
    private final Jdbi jdbi;
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    public DeviceRegistry(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Whether it may be a device's: what a foreign broker lets through may be anything, and too long for the database. */
    public boolean isName(String name) {
        return ids.containsKey(name) || Topics.DEVICE_NAME.matcher(name).matches();
    }

    public int id(String name) {
        Integer known = ids.get(name);
        if (known != null) {
            return known;
        }
        int id = find(name);
        ids.put(name, id);
        return id;
    }

    /** Ids of the known devices of a partition. */
    public List<Integer> ofPartition(int partition) {
        var found = new ArrayList<Integer>();
        jdbi.useHandle(handle -> handle.createQuery("select id, name from device")
                .map((row, context) -> Map.entry(row.getString("name"), row.getInt("id")))
                .forEach(device -> {
                    ids.put(device.getKey(), device.getValue());
                    if (Streams.partitionOf(device.getKey()) == partition) {
                        found.add(device.getValue());
                    }
                }));
        return found;
    }

    private int find(String name) {
        return jdbi.inTransaction(handle -> {
            handle.createUpdate("insert into device (name) values (:name) on conflict (name) do nothing")
                    .bind("name", name)
                    .execute();
            return handle.createQuery("select id from device where name = :name")
                    .bind("name", name)
                    .mapTo(Integer.class)
                    .one();
        });
    }
}
