package org.perilune.chassis.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;

class CloudEventTest {
    private static final String WHOLE = """
            {"specversion":"1.0","id":"1","source":"urn:a","type":"PostCreated","time":"2026-11-21T01:00:00+01:00",
             "subject":"s","traceparent":"t","datacontenttype":"application/json; charset=utf-8","data":{"a":[1,2.50]}}""";

    private static List<ServiceException.Fault> faults(String json) {
        try {
            CloudEvent.parse(json.getBytes(UTF_8));
            return List.of();
        } catch (ServiceException.Invalid failure) {
            return failure.faults();
        }
    }

    @Test
    void comesBackAsItWent() {
        CloudEvent event = CloudEvent.parse(WHOLE.getBytes(UTF_8));
        assertThat(event.time()).hasToString("2026-11-21T00:00:00Z");
        assertThat(event.extensions()).containsEntry("traceparent", "t");
        assertThat(CloudEvent.parse(event.bytes())).isEqualTo(event);
    }

    private record Post(String id, Instant at, List<String> tags) {}

    @Test
    void isMadeOfARecordAndCarriesTheTrace() {
        var at = Instant.parse("2026-11-21T00:00:00.123456Z");
        TraceContext trace = TraceContext.begin();
        CloudEvent event =
                CloudEvent.of("posts", "PostCreated", "p1", at, new Post("p1", at, List.of("a")), Optional.of(trace));
        CloudEvent taken = CloudEvent.parse(event.bytes());
        assertThat(taken).isEqualTo(event);
        assertThat(taken.source()).isEqualTo("urn:perilune:posts");
        assertThat(taken.trace()).contains(trace);
        assertThat(String.valueOf(taken.data()))
                .isEqualTo("{\"id\":\"p1\",\"at\":\"2026-11-21T00:00:00.123456Z\",\"tags\":[\"a\"]}");
    }

    @Test
    void goesOnWithoutATraceThatIsNone() {
        assertThat(CloudEvent.parse(WHOLE.getBytes(UTF_8)).trace()).isEmpty();
        assertThat(CloudEvent.of("posts", "PostDeleted", "p1", Instant.EPOCH, List.of(), Optional.empty())
                        .extensions())
                .isEmpty();
    }

    @Test
    void namesEveryFieldThatIsWrong() {
        assertThat(faults("{}"))
                .extracting(ServiceException.Fault::field)
                .contains("specversion", "type", "id", "source", "time");
        assertThat(faults(WHOLE.replace("PostCreated", "Post.*")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("type"));
        assertThat(faults(WHOLE.replace("\"subject\"", "\"Sub ject\"")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("Sub ject"));
        assertThat(faults(WHOLE.replace("\"s\"", "\"a\\u0000b\"")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("subject"));
        assertThat(faults(WHOLE.replace("\"data\":{", "\"data_base64\":{")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("data_base64"));
        assertThat(faults(WHOLE.replace("2026-11-21T01:00:00+01:00", "yesterday")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("time"));
        assertThat(faults(WHOLE)).isEmpty();
    }

    @Test
    void refusesWhatIsNoEventAtAll() {
        for (String nonsense : List.of("", "{", "[]", "null", "\"text\"")) {
            assertThatThrownBy(() -> CloudEvent.parse(nonsense.getBytes(UTF_8)))
                    .as(nonsense)
                    .isInstanceOf(ServiceException.Malformed.class);
        }
        assertThatThrownBy(() -> CloudEvent.parse(new byte[CloudEvent.MAX_BYTES + 1]))
                .isInstanceOf(ServiceException.Invalid.class)
                .hasMessageContaining("bytes");
    }

    /** One such event in the log, and nobody could read the page that it is on. */
    @Test
    void refusesWhatOthersCouldNotPassOn() {
        assertThat(faults(withData("[".repeat(64) + "]".repeat(64)))).isEmpty();
        for (String data : List.of("[".repeat(65) + "]".repeat(65), "{\"a\":".repeat(990) + "1" + "}".repeat(990))) {
            assertThat(faults(withData(data)))
                    .extracting(ServiceException.Fault::detail)
                    .containsExactly("must not be nested more than 64 deep");
        }
        for (String data : List.of("\"\\ud83d\"", "[[\"a\\udc00b\"]]")) {
            assertThat(faults(withData(data)))
                    .extracting(ServiceException.Fault::field)
                    .containsExactly("data");
        }
        assertThat(faults(withData("\"\\ud83d\\ude80\""))).isEmpty();
    }

    private static String withData(String data) {
        return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"urn:a\",\"type\":\"A\","
                + "\"time\":\"2026-11-21T00:00:00Z\",\"data\":" + data + "}";
    }
}
