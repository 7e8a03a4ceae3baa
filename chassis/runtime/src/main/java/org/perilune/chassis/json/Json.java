package org.perilune.chassis.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.perilune.chassis.runtime.ServiceException;

/** JSON of records: strict in (unknown and duplicate fields are faults), ISO-8601 times. Safe for threads. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new Jdk8Module())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    /**
     * What other processes wrote, perhaps newer ones: fields that are not known are passed over, and names of
     * enumerations that are not known are their default, or null where they have none.
     */
    private static final ObjectReader TOLERANT = MAPPER.reader()
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .with(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            .with(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE);

    private Json() {}

    /** For what is stored, published or answered, as opposed to requests: bears what a newer version may have added. */
    public static ObjectReader tolerant() {
        return TOLERANT;
    }

    /**
     * What another service answered.
     *
     * @throws ServiceException.Unavailable if it does not fit the type
     */
    public static <T> T answer(byte[] body, Class<T> type, String from) {
        try {
            T value = TOLERANT.forType(type).readValue(body);
            if (value != null) {
                return value;
            }
        } catch (IOException failure) {
            throw new ServiceException.Unavailable(from + " answered what cannot be understood", failure);
        }
        throw new ServiceException.Unavailable(from + " answered nothing", new IOException("null"));
    }

    /** For streaming and trees. Shared; never reconfigure it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(
                    "Could not write JSON of " + value.getClass().getName(), failure);
        }
    }

    /**
     * A request body.
     *
     * @throws ServiceException.Malformed if it is no JSON
     * @throws ServiceException.Invalid if it does not fit the type; names the field
     */
    public static <T> T parse(byte[] body, Class<T> type) {
        try {
            T value = MAPPER.readValue(body, type);
            if (value == null) {
                throw new ServiceException.Invalid("body", "must be an object, not null");
            }
            return value;
        } catch (UnrecognizedPropertyException failure) {
            throw new ServiceException.Invalid(path(failure), "there is no such field");
        } catch (JsonMappingException failure) {
            if (failure.getCause() instanceof ServiceException own) {
                throw own;
            }
            throw new ServiceException.Invalid(path(failure), reason(failure));
        } catch (JsonProcessingException failure) {
            String detail = "line " + failure.getLocation().getLineNr() + ", column "
                    + failure.getLocation().getColumnNr() + ": " + failure.getOriginalMessage();
            throw new ServiceException.Malformed("The body is not JSON: " + detail, List.of());
        } catch (IOException failure) {
            throw new ServiceException.Malformed("The body cannot be read", List.of());
        }
    }

    private static String reason(JsonMappingException failure) {
        if (failure.getProcessor() instanceof JsonParser) {
            return "has the wrong type or is missing";
        }
        return "cannot be read";
    }

    private static String path(JsonMappingException failure) {
        String path = failure.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? "body" : path;
    }
}
