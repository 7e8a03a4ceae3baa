package org.perilune.embedded.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.perilune.embedded.host.Ports;

/** Asks Redis whether it serves: it accepts connections long before it has read its data. */
final class RedisProbe {
    private static final int LIMIT_MILLIS = 500;

    private final int port;
    private final String question;

    RedisProbe(int port, String user, String password) {
        this.port = port;
        this.question = "AUTH " + user + " " + password + "\r\nPING\r\n";
    }

    boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(Ports.loopback(), port), LIMIT_MILLIS);
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.getOutputStream().write(question.getBytes(US_ASCII));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            return "+OK".equals(in.readLine()) && "+PONG".equals(in.readLine());
        } catch (IOException notYet) {
            return false;
        }
    }
}
