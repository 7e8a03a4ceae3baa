package org.perilune.commanddispatcher.verify;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A command that waits for telemetry, and how far telemetry has been read for it: every reading is read once, and the
 * whole time that was given once more before it is said that it did not show it. Not safe for threads.
 */
final class OpenCommand {
    private Verifying command;
    private VerificationResult.Evidence evidence;
    private Instant readTo;
    private VerificationResult seen = new VerificationResult(VerificationResult.Kind.OPEN, null);

    OpenCommand(Verifying command) {
        this.command = command;
        this.evidence = new VerificationResult.Evidence(command);
        this.readTo = command.executedAt();
    }

    Verifying command() {
        return command;
    }

    /** From where on the device's readings are not known yet. */
    Instant readTo() {
        return readTo;
    }

    /** What was seen last, as long as nothing is concluded. */
    VerificationResult seen() {
        return seen;
    }

    /** The value before the device began is known at last: what was seen without it is looked at again. */
    void valueBefore(double value) {
        command = command.withValueBefore(value);
        readAnew();
    }

    private void readAnew() {
        evidence = new VerificationResult.Evidence(command);
        readTo = command.executedAt();
    }

    /** A live frame of the time that was given: it can confirm, and refutes nothing, since frames before it may be missing. */
    Optional<VerificationResult> hear(Shown frame) {
        var alone = new VerificationResult.Evidence(command);
        alone.see(frame.time(), frame.values().get(command.expectation().parameter()));
        return concluded(alone.result());
    }

    /**
     * Reads on; fails as telemetry does.
     *
     * @param readings what the device reported from an instant on that is not after {@link #readTo}, oldest first; null
     *     where that is too much to be read at once
     * @param newest the time of the newest of all
     * @param goOn asked before every question to telemetry
     * @return what can be concluded
     */
    Optional<VerificationResult> read(
            @Nullable List<Shown> readings, Instant newest, TelemetryReader telemetry, BooleanSupplier goOn) {
        VerificationResult result;
        if (readings == null) {
            result = newest.isAfter(command.shownUntil()) ? whole(telemetry, goOn) : sofar(telemetry, goOn);
        } else {
            readings.forEach(evidence::see);
            result = evidence.result();
            if (result.kind() == VerificationResult.Kind.NOT_SHOWN) {
                result = whole(telemetry, goOn); // something may have come late
            }
        }
        readTo = newest.isAfter(readTo) ? newest : readTo;
        return concluded(result);
    }

    private Optional<VerificationResult> concluded(VerificationResult result) {
        if (result.kind() == VerificationResult.Kind.OPEN) {
            seen = result.last() == null ? seen : result;
            return Optional.empty();
        }
        return Optional.of(result);
    }

    private VerificationResult sofar(TelemetryReader telemetry, BooleanSupplier goOn) {
        evidence = new VerificationResult.Evidence(command);
        telemetry
                .between(command.device(), command.executedAt(), command.shownUntil(), goOn)
                .forEach(evidence::see);
        return evidence.result();
    }

    private VerificationResult whole(TelemetryReader telemetry, BooleanSupplier goOn) {
        VerificationResult within = sofar(telemetry, goOn);
        if (within.kind() == VerificationResult.Kind.SHOWN || within.last() != null) {
            return within.kind() == VerificationResult.Kind.SHOWN
                    ? within
                    : new VerificationResult(VerificationResult.Kind.NOT_SHOWN, within.last());
        }
        telemetry
                .firstAfter(command.device(), command.expectation().parameter(), command.shownUntil(), goOn)
                .ifPresent(evidence::see);
        VerificationResult after = evidence.result();
        return after.kind() == VerificationResult.Kind.SHOWN
                ? after
                : new VerificationResult(VerificationResult.Kind.NOT_SHOWN, after.last());
    }
}
