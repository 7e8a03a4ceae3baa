package org.perilune.chassis.messaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;

/** Reads the {@code data} of events that services publish. Safe for threads. */
public final class EventData {
    /** Fields that a later version of the publisher adds are no reason to refuse an event. */
    private EventData() {}

    /**
     * Fields that are not there are null, as far as the record takes that.
     *
     * @throws ServiceException.Invalid if there is no data, or it does not fit: no further try can succeed
     */
    public static <T> T as(CloudEvent event, Class<T> type) {
        JsonNode data = event.data();
        if (data == null) {
            throw new ServiceException.Invalid("data", "is missing from an event of the type " + event.type());
        }
        try {
            return Json.tolerant().treeToValue(data, type);
        } catch (JsonProcessingException failure) {
            throw new ServiceException.Invalid(
                    "data", "does not fit an event of the type " + event.type() + ": " + failure.getOriginalMessage());
        }
    }
}
