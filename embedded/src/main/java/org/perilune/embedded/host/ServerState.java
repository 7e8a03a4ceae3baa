package org.perilune.embedded.host;

import org.jspecify.annotations.Nullable;

/**
 * One backing server, now.
 *
 * @param pid its process; this one's for the broker; -1 while it is down
 * @param residentBytes of all its processes, shared memory counted once; -1 where it cannot be told apart or known
 * @param detail a few words for a person
 */
public record ServerState(String name, boolean up, int port, long pid, long residentBytes, String detail) {
    /** How the detail of one begins that is not up yet, though nothing is wrong. */
    public static final String STARTING = "starting";

    /** Of a server in this process. */
    public static ServerState own(String name, boolean up, int port, long clients) {
        String detail = up
                ? clients + " clients; memory counts as Perilune's own"
                : "could not write to its disk; make room there and start Perilune again";
        return new ServerState(name, up, port, ProcessHandle.current().pid(), -1, detail);
    }

    public static ServerState supervised(String name, @Nullable Supervisor supervisor, int port) {
        long pid = supervisor == null ? -1 : supervisor.pid();
        boolean up = supervisor != null && supervisor.isUp();
        return new ServerState(
                name, up, port, pid, pid < 0 ? -1 : Processes.residentBytes(pid), up ? "up" : "being restarted");
    }
}
