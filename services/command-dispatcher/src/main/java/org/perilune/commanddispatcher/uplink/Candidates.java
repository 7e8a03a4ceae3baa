package org.perilune.commanddispatcher.uplink;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Finds what may be sent now. Commands of devices without a link are set aside and cost nothing; they are looked up by
 * device, the oldest first, when the device is tried again and when it takes them.
 */
final class Candidates {
    private static final int MOST_DEVICES = 500;
    private static final int MOST_OF_A_DEVICE = 50;

    private final Connection database;
    private final DeviceCircuitBreakers links;
    private final Set<UUID> inFlight;
    private final Instant now;
    private final List<DueCommand> found = new ArrayList<>();
    private final Set<UUID> ids = new HashSet<>();

    private Candidates(Connection database, DeviceCircuitBreakers links, Set<UUID> inFlight, Instant now) {
        this.database = database;
        this.links = links;
        this.inFlight = inFlight;
        this.now = now;
    }

    /**
     * @param again also what was sent and not answered
     * @param room at most so many
     */
    static List<DueCommand> find(
            Connection database, DeviceCircuitBreakers links, Set<UUID> inFlight, boolean again, Instant now, int room)
            throws SQLException {
        var candidates = new Candidates(database, links, inFlight, now);
        candidates.retry(room / 2);
        candidates.catchUp(room);
        int left = room - candidates.found.size();
        if (left > 0) {
            candidates.take(DueTable.due(database, links.excluded(now), again, now, left));
        }
        return candidates.found;
    }

    private void retry(int most) throws SQLException {
        List<String> devices = links.retrying(now, Math.min(most, MOST_DEVICES));
        if (devices.isEmpty()) {
            return;
        }
        Map<String, List<DueCommand>> oldest = oldest(devices, 1);
        devices.stream().filter(device -> !oldest.containsKey(device)).forEach(links::idle);
        oldest.values().forEach(this::take);
    }

    private void catchUp(int room) throws SQLException {
        List<String> devices = links.catchingUp(MOST_DEVICES);
        if (devices.isEmpty()) {
            return;
        }
        Map<String, List<DueCommand>> oldest = oldest(devices, MOST_OF_A_DEVICE);
        for (String device : devices) {
            List<DueCommand> waiting = oldest.getOrDefault(device, List.of());
            if (found.size() + waiting.size() > room) {
                continue;
            }
            take(waiting);
            if (waiting.size() < MOST_OF_A_DEVICE) {
                links.caughtUp(device);
            }
        }
    }

    private Map<String, List<DueCommand>> oldest(List<String> devices, int each) throws SQLException {
        Map<String, List<DueCommand>> byDevice = new LinkedHashMap<>();
        for (DueCommand command : SetAsideTable.oldest(database, devices, now, each)) {
            byDevice.computeIfAbsent(command.device(), _ -> new ArrayList<>()).add(command);
        }
        return byDevice;
    }

    private void take(List<DueCommand> commands) {
        for (DueCommand command : commands) {
            if (!inFlight.contains(command.id()) && !ids.contains(command.id()) && links.take(command.device(), now)) {
                ids.add(command.id());
                found.add(command);
            }
        }
    }
}
