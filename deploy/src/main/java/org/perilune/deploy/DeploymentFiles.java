package org.perilune.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of {@code deploy/} that are made from the topology. They are checked in, and a test compares them. */
public final class DeploymentFiles {
    private DeploymentFiles() {}

    /** Each with its path below {@code deploy/}, in the order of the paths. */
    public static Map<String, String> all() {
        var files = new TreeMap<String, String>();
        files.put("Containerfile", Containerfile.text());
        files.put("image/training.properties", TrainingSettings.text());
        files.put("compose.yaml", ComposeFile.text());
        files.put("compose/perilune.properties", ComposeSettings.text());
        files.put("chart/topology.yaml", ChartTopology.text());
        files.put("observe/prometheus.yaml", ScrapeTargets.text());
        return files;
    }

    /**
     * Writes those that differ.
     *
     * @param folder the checkout's {@code deploy/}
     * @return the paths that were written, below the folder
     */
    public static List<String> write(Path folder) throws IOException {
        List<String> different = different(folder);
        Map<String, String> all = all();
        for (String path : different) {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, all.get(path));
        }
        return different;
    }

    /** The paths of those that are missing or not as the topology has them. */
    public static List<String> different(Path folder) throws IOException {
        var different = new ArrayList<String>();
        for (Map.Entry<String, String> file : all().entrySet()) {
            Path path = folder.resolve(file.getKey());
            if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                different.add(file.getKey());
            }
        }
        return different;
    }
}
