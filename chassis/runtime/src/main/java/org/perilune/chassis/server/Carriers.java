package org.perilune.chassis.server;

/**
 * How many threads carry virtual ones. A virtual thread keeps its carrier while it waits for a class that another thread
 * loads or initializes. With a carrier for each processor, as the JVM has by default, two such threads are enough on a
 * small machine to keep the one from running that they wait for: nothing goes on any more.
 */
public final class Carriers {
    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";
    private static final int FEWEST = 16;

    private Carriers() {}

    /** To be called before the first virtual thread starts; what the command line says is left. */
    public static void provide() {
        if (System.getProperty(PARALLELISM) == null) {
            int count = Math.max(FEWEST, Runtime.getRuntime().availableProcessors());
            System.setProperty(PARALLELISM, Integer.toString(count));
        }
    }
}
