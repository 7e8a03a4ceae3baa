package org.perilune.embedded.host;

import java.nio.file.Path;
import java.util.List;
import org.perilune.contracts.Topology;
import org.perilune.embedded.mongo.MongoServer;

/** A run that a test kills: a MongoDB server alone. */
public final class MongoProcess {
    public static final String PORT = "port ";

    private MongoProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        int port = Ports.choose(0);
        var server = MongoServer.start(
                home.resolve("mongodb"), port, new Secrets(home.resolve("secrets")), List.of(Topology.TIMELINE));
        System.out.println(PORT + port);
        Thread.currentThread().join();
        server.close();
    }
}
