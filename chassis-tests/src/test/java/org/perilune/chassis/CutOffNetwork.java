package org.perilune.chassis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace of its own for processes that reach one port of ours, until {@link #drop} loses every packet
 * without a word, as when a machine loses its power. Needs Linux and root.
 */
public final class CutOffNetwork implements AutoCloseable {
    public static final String NEAR = "10.213.77.1";
    public static final String FAR = "10.213.77.2";

    private final String namespace = "perilune-" + ProcessHandle.current().pid();
    private final String device = "plv" + ProcessHandle.current().pid();
    private final int port;

    private CutOffNetwork(int port) {
        this.port = port;
    }

    /** Skips the test where we may not make one. */
    public static CutOffNetwork to(int port) throws IOException {
        var network = new CutOffNetwork(port);
        try {
            network.make();
            return network;
        } catch (IOException | IllegalStateException refused) {
            network.close();
            return Assumptions.abort("No network namespace can be made here: " + refused.getMessage());
        }
    }

    private void make() throws IOException {
        run("ip", "netns", "add", namespace);
        run("ip", "link", "add", device, "type", "veth", "peer", "name", "far", "netns", namespace);
        run("ip", "addr", "add", NEAR + "/30", "dev", device);
        run("ip", "link", "set", device, "up");
        inside("ip", "addr", "add", FAR + "/30", "dev", "far");
        inside("ip", "link", "set", "far", "up");
        inside("ip", "link", "set", "lo", "up");
        // PostgreSQL listens on loopback only.
        run("sysctl", "-qw", "net.ipv4.conf." + device + ".route_localnet=1");
        forward("-A");
    }

    private void forward(String change) throws IOException {
        String to = Integer.toString(port);
        run(("iptables -w -t nat " + change + " PREROUTING -i " + device + " -p tcp --dport " + to
                        + " -j DNAT --to-destination 127.0.0.1:" + to)
                .split(" "));
    }

    /** Begins a command that is run within. */
    public List<String> command(List<String> command) {
        var whole = new ArrayList<String>(List.of("ip", "netns", "exec", namespace));
        whole.addAll(command);
        return whole;
    }

    private void inside(String... command) throws IOException {
        run(command(Arrays.asList(command)).toArray(String[]::new));
    }

    public void drop() throws IOException {
        inside("iptables", "-w", "-I", "OUTPUT", "-j", "DROP");
        inside("iptables", "-w", "-I", "INPUT", "-j", "DROP");
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + said.strip());
        }
    }

    @Override
    public void close() throws IOException {
        for (Step step : List.<Step>of(() -> forward("-D"), () -> run("ip", "netns", "del", namespace))) {
            try {
                step.take();
            } catch (IllegalStateException neverMade) {
                // A step of making it failed before.
            }
        }
    }

    private interface Step {
        void take() throws IOException;
    }
}
