package org.perilune.embedded.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets in services by their generated password, and devices by their key; nobody else. */
final class BrokerAuthenticator implements SimpleAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerAuthenticator.class);

    private final BrokerExtension broker;
    private final DeviceKeys devices;
    private final Map<String, String> servicePasswords;
    private final BrokerMeters meters;

    BrokerAuthenticator(
            BrokerExtension broker, DeviceKeys devices, Map<String, String> servicePasswords, BrokerMeters meters) {
        this.broker = broker;
        this.devices = devices;
        this.servicePasswords = servicePasswords;
        this.meters = meters;
    }

    @Override
    public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
        try {
            decide(input, output);
        } catch (RuntimeException failure) {
            // HiveMQ would let an exception pass to its default.
            LOG.error("Could not check a log-in", failure);
            output.failAuthentication(ConnackReasonCode.SERVER_UNAVAILABLE, "The log-in could not be checked");
        }
    }

    private void decide(SimpleAuthInput input, SimpleAuthOutput output) {
        ConnectPacket connect = input.getConnectPacket();
        String user = connect.getUserName().orElse("");
        String password = connect.getPassword().map(BrokerAuthenticator::text).orElse("");
        String clientId = input.getClientInformation().getClientId();
        var channel = Connection.channel(input.getConnectionInformation());

        String expected = servicePasswords.get(user);
        if (expected != null && MessageDigest.isEqual(expected.getBytes(UTF_8), password.getBytes(UTF_8))) {
            new Connection(clientId, user, channel, null, null).attach();
            output.authenticateSuccessfully();
            return;
        }
        String fingerprint = devices.fingerprint(user);
        if (!devices.matches(user, password) || fingerprint == null) {
            refuse(output, ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD, "Unknown user or wrong key");
            return;
        }
        if (broker.handler() == null) {
            output.failAuthentication(ConnackReasonCode.SERVER_UNAVAILABLE, "Nobody takes messages yet; try again");
            return;
        }
        boolean sessionLasts = connect.getSessionExpiryInterval() > 0;
        var objection = MqttUsers.objection(user, clientId, sessionLasts, devices);
        boolean another =
                broker.userOf(clientId).filter(now -> !now.equals(user)).isPresent();
        if (objection.isPresent() || another) {
            refuse(
                    output,
                    ConnackReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    objection.orElse("This client id belongs to another"));
            return;
        }
        new Connection(clientId, user, channel, fingerprint, new TopicPolicy(user)).attach();
        output.authenticateSuccessfully();
    }

    private void refuse(SimpleAuthOutput output, ConnackReasonCode code, String reason) {
        meters.refusedConnections.increment();
        output.failAuthentication(code, reason);
    }

    private static String text(ByteBuffer buffer) {
        return UTF_8.decode(buffer.duplicate()).toString();
    }
}
