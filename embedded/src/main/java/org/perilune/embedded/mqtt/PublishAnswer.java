package org.perilune.embedded.mqtt;

import static com.hivemq.mqtt.message.mqtt5.Mqtt5UserProperties.NO_USER_PROPERTIES;

import com.hivemq.mqtt.message.Message;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.puback.PUBACK;
import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.mqtt.message.pubrec.PUBREC;
import com.hivemq.mqtt.message.reason.Mqtt5PubAckReasonCode;
import com.hivemq.mqtt.message.reason.Mqtt5PubRecReasonCode;

/** What the sender of a message of QoS 1 or 2 is told. */
enum PublishAnswer {
    TAKEN(Mqtt5PubAckReasonCode.SUCCESS, Mqtt5PubRecReasonCode.SUCCESS),
    NOT_AUTHORIZED(Mqtt5PubAckReasonCode.NOT_AUTHORIZED, Mqtt5PubRecReasonCode.NOT_AUTHORIZED),
    QUOTA_EXCEEDED(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED, Mqtt5PubRecReasonCode.QUOTA_EXCEEDED);

    private final Mqtt5PubAckReasonCode once;
    private final Mqtt5PubRecReasonCode exactlyOnce;

    PublishAnswer(Mqtt5PubAckReasonCode once, Mqtt5PubRecReasonCode exactlyOnce) {
        this.once = once;
        this.exactlyOnce = exactlyOnce;
    }

    Message to(PUBLISH publish) {
        int id = publish.getPacketIdentifier();
        return publish.getQoS() == QoS.EXACTLY_ONCE
                ? new PUBREC(id, exactlyOnce, null, NO_USER_PROPERTIES)
                : new PUBACK(id, once, null, NO_USER_PROPERTIES);
    }
}
