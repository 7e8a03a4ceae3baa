package org.perilune.timeline.store;

import java.time.Instant;
import java.util.UUID;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;

/** Events as documents. What is absent is left out. */
public final class EventDocument {
    static final String ID = "_id";
    public static final String NAME = "name";
    static final String KIND = "kind";
    static final String TIME = "time";
    public static final String UNTIL = "until";
    public static final String DEVICE = "device";
    public static final String COMMAND = "command";
    public static final String RUN_ONCE = "run_once";
    public static final String REPEAT = "repeat";
    static final String SERIES = "series";
    static final String STATE = "state";
    static final String DETAIL = "detail";
    public static final String COMMAND_ID = "command_id";
    static final String CREATED_BY = "created_by";
    static final String CREATED_AT = "created_at";
    static final String CHANGED_BY = "changed_by";
    static final String CHANGED_AT = "changed_at";
    static final String VERSION = "version";
    static final String FENCE = "fence";
    static final String REQUEST = "request";
    static final String ORBIT = "orbit";

    private static final String TYPE = "type";
    private static final String PARAMETERS = "parameters";
    private static final String EXPIRES_IN = "expires_in";
    private static final String ASKED_BY = "asked_by";

    private EventDocument() {}

    static BsonDocument of(Event event) {
        var document = new BsonDocument(ID, text(event.id()))
                .append(NAME, text(event.name()))
                .append(KIND, text(event.kind()))
                .append(TIME, time(event.time()))
                .append(RUN_ONCE, BsonBoolean.valueOf(event.runOnce()))
                .append(STATE, text(event.state()))
                .append(CREATED_BY, text(event.createdBy()))
                .append(CREATED_AT, time(event.createdAt()))
                .append(CHANGED_BY, text(event.changedBy()))
                .append(CHANGED_AT, time(event.changedAt()))
                .append(VERSION, new BsonInt64(event.version()))
                .append(FENCE, new BsonInt64(event.fence()));
        put(document, UNTIL, event.until() == null ? null : time(event.until()));
        put(document, DEVICE, event.device() == null ? null : text(event.device()));
        put(document, COMMAND, event.command() == null ? null : command(event.command()));
        put(document, REPEAT, event.repeat() == null ? null : text(event.repeat()));
        put(document, SERIES, event.series() == null ? null : text(event.series()));
        put(document, DETAIL, event.detail() == null ? null : text(event.detail()));
        put(document, COMMAND_ID, event.commandId() == null ? null : text(event.commandId()));
        put(document, REQUEST, event.request() == null ? null : text(event.request()));
        put(document, ORBIT, event.orbit() == null ? null : text(event.orbit()));
        return document;
    }

    static Event event(BsonDocument document) {
        return new Event(
                id(document),
                document.getString(NAME).getValue(),
                kind(document),
                Instant.ofEpochMilli(document.getDateTime(TIME).getValue()),
                document.containsKey(UNTIL)
                        ? Instant.ofEpochMilli(document.getDateTime(UNTIL).getValue())
                        : null,
                optionalText(document, DEVICE),
                document.containsKey(COMMAND) ? command(document.getDocument(COMMAND)) : null,
                document.getBoolean(RUN_ONCE).getValue(),
                optionalText(document, REPEAT),
                document.containsKey(SERIES)
                        ? UUID.fromString(document.getString(SERIES).getValue())
                        : null,
                state(document),
                optionalText(document, DETAIL),
                optionalText(document, COMMAND_ID),
                document.getString(CREATED_BY).getValue(),
                Instant.ofEpochMilli(document.getDateTime(CREATED_AT).getValue()),
                document.getString(CHANGED_BY).getValue(),
                Instant.ofEpochMilli(document.getDateTime(CHANGED_AT).getValue()),
                document.getNumber(VERSION).longValue(),
                document.getNumber(FENCE).longValue(),
                optionalText(document, REQUEST),
                optionalText(document, ORBIT));
    }

    /** Of a document that may hold no more than an entry needs. */
    static Entry entry(BsonDocument document) {
        String device = optionalText(document, DEVICE);
        return new Entry(
                id(document),
                document.getDateTime(TIME).getValue(),
                document.containsKey(UNTIL) ? document.getDateTime(UNTIL).getValue() : Entry.NO_END,
                device == null ? null : device.intern(),
                kind(document),
                state(document),
                document.getNumber(VERSION).longValue(),
                document.getNumber(FENCE).longValue(),
                document.containsKey(COMMAND),
                document.containsKey(REPEAT),
                document.getBoolean(RUN_ONCE).getValue());
    }

    public static BsonValue text(Object value) {
        return new BsonString(value.toString());
    }

    public static BsonValue time(Instant instant) {
        return new BsonDateTime(instant.toEpochMilli());
    }

    public static BsonValue command(EventCommand command) {
        var document =
                new BsonDocument(TYPE, text(command.type())).append(PARAMETERS, new BsonString(command.parameters()));
        Integer expires = command.expiresInSeconds();
        put(document, EXPIRES_IN, expires == null ? null : new BsonInt32(expires));
        put(document, ASKED_BY, command.askedBy() == null ? null : text(command.askedBy()));
        return document;
    }

    private static EventCommand command(BsonDocument document) {
        return new EventCommand(
                document.getString(TYPE).getValue(),
                document.getString(PARAMETERS).getValue(),
                document.containsKey(EXPIRES_IN)
                        ? document.getNumber(EXPIRES_IN).intValue()
                        : null,
                optionalText(document, ASKED_BY));
    }

    private static UUID id(BsonDocument document) {
        return UUID.fromString(document.getString(ID).getValue());
    }

    private static EventKind kind(BsonDocument document) {
        return EventKind.ofStored(document.getString(KIND).getValue());
    }

    private static EventState state(BsonDocument document) {
        return EventState.ofStored(document.getString(STATE).getValue());
    }

    private static @Nullable String optionalText(BsonDocument document, String name) {
        return document.containsKey(name) ? document.getString(name).getValue() : null;
    }

    private static void put(BsonDocument document, String name, @Nullable BsonValue value) {
        if (value != null) {
            document.append(name, value);
        }
    }
}
