package org.perilune.embedded.mongo;

import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.perilune.contracts.Topology.Service;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.ScramVerifier;
import org.perilune.embedded.host.Secrets;

/**
 * A server of MongoDB's protocol in this process, with one user and one database a service. What it acknowledges is on
 * disk. Indexes that are not unique do not make queries faster, and there are no sessions and transactions: the library
 * behind it has neither.
 */
public final class MongoServer implements AutoCloseable {
    private static final String NAME = "MongoDB server";

    private static final int MOST_CLIENTS = 256;
    private static final int STOP_SECONDS = 2;

    private final Map<String, MongoStore> stores;
    private final Map<String, ScramVerifier> users;
    private final EventLoopGroup loops;
    private final ExecutorService workers;
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private MongoServer(Map<String, MongoStore> stores, Map<String, ScramVerifier> users) {
        this.stores = Map.copyOf(stores);
        this.users = Map.copyOf(users);
        this.loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("embedded-mongodb", true), NioIoHandler.newFactory());
        this.workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("embedded-mongodb-", 0).factory());
    }

    /** Returns when it serves. */
    public static MongoServer start(Path folder, int port, Secrets secrets, Iterable<Service> services)
            throws IOException {
        Ports.requireFree("The " + NAME, port, "embedded.mongodb.port");
        Folders.makePrivate(folder);
        var users = new LinkedHashMap<String, ScramVerifier>();
        var stores = new LinkedHashMap<String, MongoStore>();
        try {
            for (Service service : services) {
                users.put(service.name(), ScramVerifier.of(secrets.value(secret(service.name()))));
                stores.put(service.name(), MongoStore.open(folder, service.databaseName()));
            }
        } catch (Throwable failure) {
            stores.values().forEach(MongoStore::close);
            throw failure;
        }
        var server = new MongoServer(stores, users);
        try {
            server.listen(port);
            return server;
        } catch (Throwable failure) {
            server.close();
            throw new BackendsException("The " + NAME + " did not start: " + failure, failure);
        }
    }

    public static String secret(String service) {
        return service + ".mongodb";
    }

    /** False once a write has failed: then it takes a restart. */
    public boolean works() {
        return stores.values().stream().allMatch(MongoStore::works);
    }

    /** Connected just now. */
    public int clients() {
        return Math.max(0, clients.size() - 1);
    }

    private void listen(int port) {
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        accept(client);
                    }
                })
                .bind(Ports.loopback(), port)
                .syncUninterruptibly()
                .channel();
        clients.add(listener);
    }

    private void accept(SocketChannel client) {
        if (clients.size() > MOST_CLIENTS) {
            var ignored = client.close();
            return;
        }
        clients.add(client);
        client.pipeline()
                .addLast(
                        new MongoWireReplyEncoder(),
                        new MongoWireMessageEncoder(),
                        new MongoWireProtocolHandler(),
                        new MongoConnection(stores, users, workers));
    }

    @Override
    public void close() {
        clients.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        // Not interrupted: that would close the files under their writers.
        workers.close();
        loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        stores.values().forEach(MongoStore::close);
    }
}
