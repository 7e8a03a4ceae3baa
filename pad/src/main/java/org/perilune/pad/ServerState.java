package org.perilune.pad;

/**
 * One backing server, now.
 *
 * @param pid its process; this one's for the broker; -1 while it is down
 * @param residentBytes of all its processes, shared memory counted once; -1 where it cannot be told apart or known
 * @param detail a few words for a person
 */
public record ServerState(String name, boolean up, int port, long pid, long residentBytes, String detail) {}
