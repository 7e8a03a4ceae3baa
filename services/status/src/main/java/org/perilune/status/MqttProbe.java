package org.perilune.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.tls.TlsContext;

/**
 * Logs in to the broker and pings it. Three packets of MQTT 5 (OASIS, sections 3.1, 3.2 and 3.12) are simpler than a
 * client library with its own reconnecting, which would hide what is to be seen here.
 */
final class MqttProbe implements Probe {
    private static final int DEADLINE_MILLIS = 1_000;
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final int CONNECT = 0x10;
    private static final int CONNACK = 0x20;
    private static final int PINGREQ = 0xC0;
    private static final int PINGRESP = 0xD0;

    /** User name, password, clean start. */
    private static final int FLAGS = 0x80 | 0x40 | 0x02;

    private final MqttConfig config;
    private final @Nullable TlsContext tls;
    private final String clientId = "status-" + UUID.randomUUID();
    private @Nullable Socket socket;

    MqttProbe(MqttConfig config) {
        this.config = config;
        this.tls = config.tls().enabled() ? TlsContext.open(config.tls()) : null;
    }

    @Override
    public Finding look() throws IOException {
        try {
            Socket open = opened();
            open.getOutputStream().write(new byte[] {(byte) PINGREQ, 0});
            packet(new DataInputStream(open.getInputStream()), PINGRESP);
            return Finding.works("The MQTT broker works", null, null);
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    private Socket opened() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = tls == null ? new Socket() : tls.socketFactory().createSocket();
            socket = open;
            open.setSoTimeout(DEADLINE_MILLIS);
            open.setTcpNoDelay(true);
            open.connect(new InetSocketAddress(config.host(), config.port()), DEADLINE_MILLIS);
            open.getOutputStream().write(connect());
            byte[] answer = packet(new DataInputStream(open.getInputStream()), CONNACK);
            int reason = answer.length > 1 ? answer[1] & 0xFF : 0xFF;
            if (reason != 0) {
                throw new IOException(
                        "the broker refuses our log-in with reason code 0x" + Integer.toHexString(reason));
            }
        }
        return open;
    }

    private byte[] connect() throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeUTF("MQTT");
        out.writeByte(5);
        out.writeByte(FLAGS);
        out.writeShort(KEEP_ALIVE_SECONDS);
        out.writeByte(0);
        for (String text :
                new String[] {clientId, config.user(), config.password().reveal()}) {
            byte[] bytes = text.getBytes(UTF_8);
            out.writeShort(bytes.length);
            out.write(bytes);
        }
        var packet = new ByteArrayOutputStream();
        packet.write(CONNECT);
        int left = body.size();
        do {
            packet.write(left > 127 ? (left & 127) | 128 : left);
            left >>>= 7;
        } while (left > 0);
        body.writeTo(packet);
        return packet.toByteArray();
    }

    private static byte[] packet(DataInputStream in, int expected) throws IOException {
        int type = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int next;
        do {
            next = in.readUnsignedByte();
            length |= (next & 127) << shift;
            shift += 7;
        } while (next > 127 && shift < 28);
        byte[] body = new byte[Math.min(length, 64 * 1024)];
        in.readFully(body);
        if (type != expected) {
            throw new IOException("the broker ended the connection with packet 0x" + Integer.toHexString(type));
        }
        return body;
    }

    @Override
    public void close() {
        try (Socket _ = socket) {
            socket = null;
        } catch (IOException ignored) {
            // Nothing is left to close.
        }
    }
}
