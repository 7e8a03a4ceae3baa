package org.perilune.chassis.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.chassis.tls.TlsContext;

/**
 * TLS for pgjdbc, which makes one of these by the class's name for each connection and gives it one text: the names of the
 * files. Public for the driver alone; {@link PostgresConfig#tlsProperties} names it.
 */
public final class PostgresSockets extends SSLSocketFactory {
    /**
     * A driver that takes the name of a class takes no object, so what outlives a connection has to be found by its files
     * here, though nothing else is kept in statics: else half a file would be no reason to go on with the one before. It
     * holds no connection, and one entry for each set of files in the settings.
     */
    private static final Map<TlsConfig, TlsContext> CONTEXTS = new ConcurrentHashMap<>();

    private static final String SEPARATOR = "\n";

    private final SSLSocketFactory sockets;

    /** @param files as {@link #text} puts them */
    public PostgresSockets(String files) {
        this.sockets = open(config(files)).socketFactory();
    }

    /** @throws java.io.UncheckedIOException naming the file that cannot be used */
    static TlsContext open(TlsConfig tls) {
        return CONTEXTS.computeIfAbsent(tls, TlsContext::open);
    }

    static String text(TlsConfig tls) {
        return Stream.of(name(tls.caFile()), name(tls.certificateFile()), name(tls.keyFile()))
                .collect(Collectors.joining(SEPARATOR));
    }

    private static String name(@Nullable Path file) {
        return file == null ? "" : file.toString();
    }

    private static TlsConfig config(String files) {
        @Nullable
        Path[] each = Arrays.stream(files.split(SEPARATOR, -1))
                .map(name -> name.isEmpty() ? null : Path.of(name))
                .toArray(Path[]::new);
        return new TlsConfig(true, each[0], each[1], each[2]);
    }

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean closeBelow) throws IOException {
        return sockets.createSocket(below, host, port, closeBelow);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
        return sockets.createSocket(host, port, from, fromPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
        return sockets.createSocket(host, port, from, fromPort);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return sockets.getSupportedCipherSuites();
    }
}
