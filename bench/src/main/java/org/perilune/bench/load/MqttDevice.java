package org.perilune.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import org.perilune.bench.report.BenchException;
import org.perilune.contracts.Topics;

/**
 * One device on a bare connection: MQTT 5, QoS 1, no more of the protocol than a publisher needs, so that the load
 * generator leaves the cores to what is measured. Not safe for threads.
 */
public final class MqttDevice implements AutoCloseable {
    private static final int WINDOW = 200;
    private static final int OUT_BYTES = 256 * 1024;

    private final String name;
    private final long epoch;
    private final SocketChannel channel;
    private final byte[] topic;
    private final FrameTemplate template;
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer in = ByteBuffer.allocateDirect(16 * 1024);
    private int packetId;
    private int inFlight;
    private long seq;

    private MqttDevice(String name, long epoch, SocketChannel channel, FrameTemplate template) {
        this.name = name;
        this.epoch = epoch;
        this.channel = channel;
        this.topic = Topics.of(name, Topics.TELEMETRY).getBytes(UTF_8);
        this.template = template;
    }

    static MqttDevice connect(String name, String key, int port, long epoch, FrameTemplate template)
            throws IOException {
        var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        var device = new MqttDevice(name, epoch, channel, template);
        device.handshake(key);
        channel.configureBlocking(false);
        return device;
    }

    private void handshake(String key) throws IOException {
        byte[] id = name.getBytes(UTF_8);
        byte[] password = key.getBytes(UTF_8);
        var packet = ByteBuffer.allocate(512);
        packet.put((byte) 0x10);
        FrameTemplate.putVarint(packet, 6 + 1 + 1 + 2 + 1 + 3 * 2 + 2 * id.length + password.length);
        putText(packet, "MQTT".getBytes(UTF_8));
        // Version 5; user name, password, clean start; keep-alive 600 s; no properties.
        packet.put((byte) 5).put((byte) 0xc2).putShort((short) 600).put((byte) 0);
        putText(packet, id);
        putText(packet, id);
        putText(packet, password);
        packet.flip();
        while (packet.hasRemaining()) {
            channel.write(packet);
        }
        var answer = ByteBuffer.allocate(512);
        while (answer.position() < 4 || answer.position() < 2 + answer.get(1)) {
            if (channel.read(answer) < 0) {
                throw new BenchException("The broker closed the connection of " + name);
            }
        }
        if (answer.get(0) != 0x20 || answer.get(3) != 0) {
            throw new BenchException("The broker refused %s with reason 0x%02x".formatted(name, answer.get(3)));
        }
    }

    private static void putText(ByteBuffer target, byte[] text) {
        target.putShort((short) text.length).put(text);
    }

    public String name() {
        return name;
    }

    public long epoch() {
        return epoch;
    }

    SocketChannel channel() {
        return channel;
    }

    /** The seq of the last frame sent. */
    public long sent() {
        return seq;
    }

    int inFlight() {
        return inFlight;
    }

    /** Whether the window and the buffer have room; a device that is held back must not be asked again at once. */
    boolean mayPublish(int frames) {
        return inFlight < WINDOW && out.remaining() > 64 + topic.length + frames * 256;
    }

    void publish(int frames, long timeMicros) {
        int payload = 9;
        for (int frame = 1; frame <= frames; frame++) {
            payload += template.fieldSize(seq + frame);
        }
        out.put((byte) 0x32);
        FrameTemplate.putVarint(out, 2 + topic.length + 2 + 1 + payload);
        putBigEndian(topic.length);
        out.put(topic);
        packetId = packetId % 65_535 + 1;
        putBigEndian(packetId);
        out.put((byte) 0);
        out.put((byte) 0x09).putLong(epoch);
        for (int frame = 0; frame < frames; frame++) {
            template.putField(out, ++seq, timeMicros + frame);
        }
        inFlight++;
    }

    private void putBigEndian(int value) {
        out.put((byte) (value >> 8)).put((byte) value);
    }

    /** @return whether everything went */
    boolean flush() throws IOException {
        out.flip();
        channel.write(out);
        out.compact();
        return out.position() == 0;
    }

    /** Counts what was acknowledged. */
    void read() throws IOException {
        if (channel.read(in) < 0) {
            throw new BenchException("The broker closed the connection of " + name);
        }
        in.flip();
        while (in.remaining() >= 2) {
            int length = 2 + in.get(in.position() + 1);
            if (length < 2) {
                throw new BenchException("The broker sent something long to " + name);
            }
            if (in.remaining() < length) {
                break;
            }
            packet(in.get(in.position()) & 0xf0, length);
            in.position(in.position() + length);
        }
        in.compact();
    }

    private void packet(int type, int length) {
        if (type == 0xe0) {
            throw new BenchException("The broker disconnected %s with reason 0x%02x"
                    .formatted(name, length > 2 ? in.get(in.position() + 2) : 0));
        }
        if (type != 0x40) {
            return;
        }
        if (length > 4 && (in.get(in.position() + 4) & 0x80) != 0) {
            throw new BenchException("The broker refused a message of " + name);
        }
        inFlight--;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
