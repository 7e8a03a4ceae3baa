package org.perilune.commanddispatcher.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What telemetry says of a command.
 *
 * @param last the last value that was seen of the parameter; null where there was none
 */
record VerificationResult(Kind kind, @Nullable JsonNode last) {
    enum Kind {
        SHOWN,
        NOT_SHOWN,
        /** The time that is looked at is not over on the device, as far as telemetry has heard. */
        OPEN
    }

    /** Gathers what is shown, oldest first. Not safe for threads. */
    static final class Evidence {
        private final Verifying command;
        private final Instant end;
        private boolean shown;
        private boolean over;
        private boolean any;
        private @Nullable JsonNode last;

        Evidence(Verifying command) {
            this.command = command;
            this.end = command.shownUntil();
        }

        /**
         * What the device reported before it was done does not count. Where it reports so rarely that nothing falls
         * into the time that was given, the first after it counts.
         */
        void see(Instant time, @Nullable JsonNode value) {
            if (shown || !time.isAfter(command.executedAt())) {
                return;
            }
            boolean late = time.isAfter(end);
            if (value != null && !value.isNull() && (!late || !any)) {
                any = true;
                last = value;
                shown = command.expectation().isMetBy(value, command.valueBefore());
            }
            over |= late;
        }

        /** What is stored. */
        void see(Shown reading) {
            see(
                    reading.time(),
                    TelemetryReader.value(
                            reading.values(), command.expectation().parameter()));
        }

        VerificationResult result() {
            if (shown) {
                return new VerificationResult(Kind.SHOWN, last);
            }
            return new VerificationResult(over ? Kind.NOT_SHOWN : Kind.OPEN, last);
        }
    }
}
