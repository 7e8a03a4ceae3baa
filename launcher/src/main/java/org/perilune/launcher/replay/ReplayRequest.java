package org.perilune.launcher.replay;

import java.nio.file.Path;
import java.time.Duration;
import org.perilune.launcher.home.LauncherException;

/**
 * A recorded file to fly as a device.
 *
 * @param file a table, or an archive that holds one
 * @param device an enrolled device's name
 * @param key the device's key
 * @param recording how the file is to be read
 * @param speed times real time; 0: as fast as possible
 * @param host of the MQTT broker
 * @param port of the MQTT broker
 * @param journal folder under which each device and file has a journal of its own
 * @param again whether a file that is stored completely is to be flown, and stored, once more
 * @param timeout how long nothing may be stored before the replay gives up; what it read stays in the journal
 */
record ReplayRequest(
        Path file,
        String device,
        String key,
        RecordingOptions recording,
        double speed,
        String host,
        int port,
        Path journal,
        boolean again,
        Duration timeout) {
    ReplayRequest {
        if (!(speed >= 0)) {
            throw new LauncherException("The speed must be 0 (as fast as possible) or greater");
        }
    }

    boolean unpaced() {
        return speed == 0 || Double.isInfinite(speed);
    }

    @Override
    public String toString() {
        return "ReplayRequest[" + file + " as " + device + "]";
    }
}
