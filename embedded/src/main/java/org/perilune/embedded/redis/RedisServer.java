package org.perilune.embedded.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.perilune.contracts.Sha256;
import org.perilune.embedded.host.Binaries;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Platform;
import org.perilune.embedded.host.Processes;
import org.perilune.embedded.host.Secrets;
import org.perilune.embedded.host.ServerProgram;

/** Our own Redis: every answered write is on disk, nothing is ever evicted, every user is named. */
public final class RedisServer implements ServerProgram {
    /** Enough for some ten minutes of full load with PostgreSQL away; then writes are refused, not lost. */
    static final String MAXIMUM_MEMORY = "1gb";

    static final String ADMINISTRATOR = "perilune";
    private static final String ADMINISTRATOR_SECRET = "redis.superuser";

    private final Path folder;
    private final Path settings;
    private final Path log;
    private final Path program;
    private final Platform platform;
    private final RedisProbe probe;
    private final int port;

    private RedisServer(Path folder, Path program, Platform platform, RedisProbe probe, int port) {
        this.folder = folder;
        this.settings = folder.resolve("redis.conf");
        this.log = folder.resolve("redis.log");
        this.program = program;
        this.platform = platform;
        this.probe = probe;
        this.port = port;
    }

    public static String secret(String user) {
        return user + ".redis";
    }

    public static RedisServer prepare(
            Path folder, Binaries binaries, Platform platform, Secrets secrets, int port, List<String> users)
            throws IOException {
        Folders.makePrivate(folder);
        var probe = new RedisProbe(port, ADMINISTRATOR, secrets.value(ADMINISTRATOR_SECRET));
        var server = new RedisServer(folder, binaries.redis(platform), platform, probe, port);
        Folders.writePrivate(folder.resolve("users.acl"), users(secrets, users));
        Folders.writePrivate(server.settings, server.settings());
        return server;
    }

    /** Passwords as hashes. INFO and CONFIG GET are dangerous by Redis' book, but metrics and checks need them. */
    private static String users(Secrets secrets, List<String> users) throws IOException {
        var lines = new StringBuilder("user default off\n");
        lines.append("user ")
                .append(ADMINISTRATOR)
                .append(" on #")
                .append(HexFormat.of().formatHex(Sha256.of(secrets.value(ADMINISTRATOR_SECRET))))
                .append(" ~* &* +@all\n");
        for (String user : users) {
            lines.append("user ")
                    .append(user)
                    .append(" on #")
                    .append(HexFormat.of().formatHex(Sha256.of(secrets.value(secret(user)))))
                    .append(" ~* &* +@all -@admin -@dangerous +info +config|get\n");
        }
        return lines.toString();
    }

    private String settings() {
        return """
                bind 127.0.0.1
                port %d
                protected-mode yes
                daemonize no
                supervised no
                set-proc-title no
                dir "%s"
                pidfile "%s"
                aclfile "%s"
                loglevel notice
                databases 1

                appendonly yes
                appendfsync always
                no-appendfsync-on-rewrite no
                aof-use-rdb-preamble yes
                aof-load-truncated yes
                aof-rewrite-incremental-fsync yes
                auto-aof-rewrite-percentage 100
                auto-aof-rewrite-min-size 256mb
                save ""

                maxmemory %s
                maxmemory-policy noeviction
                maxclients 1000
                tcp-keepalive 60
                timeout 0
                """.formatted(port, folder, pidFile(), folder.resolve("users.acl"), MAXIMUM_MEMORY);
    }

    private Path pidFile() {
        return folder.resolve("redis.pid");
    }

    @Override
    public String name() {
        return "Redis";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Process launch() throws IOException {
        var command = platform.apart(List.of(program.toString(), settings.toString()));
        return Processes.command(command, folder, log).start();
    }

    @Override
    public boolean ready(Process process) {
        return probe.answers();
    }

    @Override
    public void interrupt(ProcessHandle process) {
        process.destroy();
    }

    @Override
    public OptionalLong orphan() throws IOException {
        if (!Files.exists(pidFile())) {
            return OptionalLong.empty();
        }
        String text = Files.readString(pidFile()).strip();
        if (!text.matches("[1-9][0-9]{0,17}")) {
            return OptionalLong.empty();
        }
        long pid = Long.parseLong(text);
        return Processes.startedWith(pid, settings) ? OptionalLong.of(pid) : OptionalLong.empty();
    }

    @Override
    public String lastWords() {
        return Processes.lastWords(log);
    }
}
