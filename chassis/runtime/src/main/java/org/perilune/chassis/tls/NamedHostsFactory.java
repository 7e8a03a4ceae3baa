package org.perilune.chassis.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Makes sockets that compare the server's certificate with the host's name (RFC 2818, RFC 6125), as none does by itself. */
final class NamedHostsFactory extends SSLSocketFactory {
    private final SSLSocketFactory plain;

    NamedHostsFactory(SSLSocketFactory plain) {
        this.plain = plain;
    }

    private static Socket strict(Socket socket) {
        if (socket instanceof SSLSocket tls) {
            var parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
        }
        return socket;
    }

    @Override
    public Socket createSocket() throws IOException {
        return strict(plain.createSocket());
    }

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean closeBelow) throws IOException {
        return strict(plain.createSocket(below, host, port, closeBelow));
    }

    @Override
    public Socket createSocket(Socket below, InputStream consumed, boolean closeBelow) throws IOException {
        return strict(plain.createSocket(below, consumed, closeBelow));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return strict(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
        return strict(plain.createSocket(host, port, from, fromPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return strict(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
        return strict(plain.createSocket(host, port, from, fromPort));
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return plain.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return plain.getSupportedCipherSuites();
    }
}
