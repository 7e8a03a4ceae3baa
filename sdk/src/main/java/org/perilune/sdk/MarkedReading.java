package org.perilune.sdk;

/**
 * A reading and a number of the caller's own that is kept with it: {@link Device#bookmark()} tells, after a restart as
 * well, the number of the last reading in the journal. A replay keeps the row there, so that it never repeats one.
 */
public record MarkedReading(Reading reading, long bookmark) {}
