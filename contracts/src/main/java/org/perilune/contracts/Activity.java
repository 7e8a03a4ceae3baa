package org.perilune.contracts;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code data} of an event has in any case when it tells of something that happened in the mission, so that the
 * flight log can show it around an entry without knowing its type. More members may stand beside these.
 *
 * @param at when it happened
 * @param device null where it concerns none
 * @param by the person, program or service that did it; null where nobody did
 * @param id of the command, timeline event, gap or session; null where it has none
 * @param summary one sentence for people, without a full stop, up to 300 characters
 */
public record Activity(
        Instant at,
        @Nullable String device,
        @Nullable String by,
        @Nullable String id,
        String summary) {
    private static final int LONGEST = 300;

    /** Cuts a summary that is too long. */
    public Activity {
        if (summary.length() > LONGEST) {
            int end = Character.isHighSurrogate(summary.charAt(LONGEST - 2)) ? LONGEST - 2 : LONGEST - 1;
            summary = summary.substring(0, end) + "…";
        }
    }

    /** Types of events that Perilune's own services publish with such data. */
    public static final class Type {
        public static final String COMMAND_ACCEPTED = "CommandAccepted";
        public static final String COMMAND_HELD = "CommandHeld";
        public static final String COMMAND_APPROVED = "CommandApproved";

        /** It came to a final state, whichever. */
        public static final String COMMAND_FINISHED = "CommandFinished";

        public static final String TIMELINE_EVENT_PLANNED = "TimelineEventPlanned";
        public static final String TIMELINE_EVENT_CHANGED = "TimelineEventChanged";
        public static final String TIMELINE_EVENT_CANCELLED = "TimelineEventCancelled";
        public static final String TIMELINE_EVENT_DISPATCHED = "TimelineEventDispatched";
        public static final String TIMELINE_EVENT_PASSED = "TimelineEventPassed";
        public static final String TIMELINE_EVENT_MISSED = "TimelineEventMissed";
        public static final String TIMELINE_EVENT_FAILED = "TimelineEventFailed";

        /** Frames of a device are missing before newer ones. */
        public static final String TELEMETRY_GAP_FOUND = "TelemetryGapFound";

        public static final String TELEMETRY_GAP_FILLED = "TelemetryGapFilled";
        public static final String LOGGED_IN = "LoggedIn";
        public static final String LOGGED_OUT = "LoggedOut";

        /** Wrong password, of an account that there is; several within a minute are one event. */
        public static final String LOG_IN_REFUSED = "LogInRefused";

        private Type() {}
    }
}
