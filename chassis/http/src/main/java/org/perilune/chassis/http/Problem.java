package org.perilune.chassis.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.perilune.chassis.runtime.ServiceException;

/**
 * RFC 9457. {@code type} is stable and documented in {@code docs/problems.md}.
 *
 * @param instance names this occurrence, also in the log
 * @param errors the faults by field; left out where there are none
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty("errors")
        List<ServiceException.Fault> errors) {
    public static final String CONTENT_TYPE = "application/problem+json";
    static final String TYPE_PREFIX = "urn:perilune:problem:";

    public Problem {
        errors = List.copyOf(errors);
    }
}
