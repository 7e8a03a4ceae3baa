package org.perilune.sdk;

import org.jspecify.annotations.Nullable;

/**
 * A device as it is now.
 *
 * @param connected whether the broker has accepted this connection
 * @param linkWanted false between {@link Device#linkDown} and {@link Device#linkUp}
 * @param epoch of this start
 * @param lastSeq of the last reading taken in this epoch; 0: none
 * @param storedUpto last seq of this epoch that is stored for good; 0: none
 * @param unsettledFrames frames of all epochs in the journal that are not known to be stored
 * @param journalBytes size of the journal on disk
 * @param reconnects connections made after the first
 * @param refused readings that were refused because the journal was full
 * @param commands how it stands with its commands
 * @param lastFailure why the last connection failed or ended, or null
 */
public record DeviceStatus(
        boolean connected,
        boolean linkWanted,
        long epoch,
        long lastSeq,
        long storedUpto,
        long unsettledFrames,
        long journalBytes,
        long reconnects,
        long refused,
        CommandStatus commands,
        @Nullable String lastFailure) {}
