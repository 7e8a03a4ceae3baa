package org.perilune.embedded.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Binaries;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Platform;
import org.perilune.embedded.host.Processes;
import org.perilune.embedded.host.Secrets;
import org.perilune.embedded.host.ServerProgram;

/** Our own PostgreSQL: its data folder, its settings, its process. Every promise about durability is on. */
public final class PostgresServer implements ServerProgram {
    static final String SUPERUSER = "perilune";
    private static final String SUPERUSER_SECRET = "postgres.superuser";
    private static final String INCLUDE = "include = 'perilune.conf'";

    private final Path folder;
    private final Path data;
    private final Path log;
    private final Path programs;
    private final Platform platform;
    private final int port;

    private PostgresServer(Path folder, Path programs, Platform platform, int port) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.log = folder.resolve("postgresql.log");
        this.programs = programs;
        this.platform = platform;
        this.port = port;
    }

    /** Makes the data folder at the first start, and writes the settings. */
    public static PostgresServer prepare(Path folder, Binaries binaries, Platform platform, Secrets secrets, int port)
            throws IOException, InterruptedException {
        Folders.makePrivate(folder);
        var server = new PostgresServer(folder, binaries.postgres(platform), platform, port);
        secrets.value(SUPERUSER_SECRET);
        if (!Files.exists(server.data)) {
            server.makeData(secrets.file(SUPERUSER_SECRET));
        }
        Folders.writePrivate(server.data.resolve("perilune.conf"), settings(port));
        return server;
    }

    static String superuserPassword(Secrets secrets) throws IOException {
        return secrets.value(SUPERUSER_SECRET);
    }

    /** Made beside and renamed: a data folder that is there is whole. */
    private void makeData(Path passwordFile) throws IOException, InterruptedException {
        Path fresh = folder.resolve("data.new");
        Folders.delete(fresh);
        var command = List.of(
                program("initdb"),
                "--pgdata=" + fresh,
                "--username=" + SUPERUSER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
        var initdb = Processes.command(platform.unprivileged(command), folder, log);
        Processes.run(initdb, "Making PostgreSQL's data folder", log);
        Path main = fresh.resolve("postgresql.conf");
        Folders.writePrivate(main, Files.readString(main) + "\n" + INCLUDE + "\n");
        Files.move(fresh, data);
    }

    private static String settings(int port) {
        // shared_buffers: the tables' hot end and the indexes' right edge fit; all of Perilune fits into 700 MB.
        // max_wal_size with checkpoint_timeout: full-page images are most of the log after each checkpoint, so few.
        // log_min_error_statement: statements may hold what must not be in a log.
        return """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = ''
                max_connections = %d
                password_encryption = 'scram-sha-256'

                fsync = on
                synchronous_commit = on
                full_page_writes = on
                wal_buffers = '16MB'
                min_wal_size = '512MB'
                max_wal_size = '4GB'
                checkpoint_timeout = '15min'
                checkpoint_completion_target = 0.9

                shared_buffers = '128MB'
                effective_cache_size = '1GB'
                work_mem = '8MB'
                maintenance_work_mem = '64MB'
                huge_pages = off
                jit = off
                io_workers = 2
                autovacuum_max_workers = 2

                timezone = 'UTC'
                log_timezone = 'UTC'
                logging_collector = off
                log_checkpoints = off
                log_min_error_statement = panic
                idle_in_transaction_session_timeout = '5min'
                """.formatted(port, BackendsConfig.POSTGRESQL_CONNECTIONS);
    }

    private String program(String name) {
        return programs.resolve("bin").resolve(name).toString();
    }

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Process launch() throws IOException {
        forgetRecycledPid();
        var command = platform.apart(platform.unprivileged(List.of(program("postgres"), "-D", data.toString())));
        return Processes.command(command, folder, log).start();
    }

    /** PostgreSQL writes its state into the eighth line of its pid file. */
    @Override
    public boolean ready(Process process) {
        List<String> lines = pidFile();
        return lines.size() > 7
                && lines.get(0).strip().equals(Long.toString(process.pid()))
                && lines.get(7).strip().equals("ready");
    }

    /** Fast shutdown: sessions are ended, a checkpoint is written. */
    @Override
    public void interrupt(ProcessHandle process) throws IOException {
        Processes.signal("INT", process.pid());
    }

    @Override
    public OptionalLong orphan() {
        List<String> lines = pidFile();
        if (lines.isEmpty() || !lines.get(0).strip().matches("[1-9][0-9]{0,17}")) {
            return OptionalLong.empty();
        }
        long pid = Long.parseLong(lines.get(0).strip());
        return Processes.startedWith(pid, data) ? OptionalLong.of(pid) : OptionalLong.empty();
    }

    /**
     * PostgreSQL takes a pid file for valid while any process has that pid, say after the machine was switched off.
     * Without the file it still sees by its shared memory whether children of a killed postmaster are at work.
     */
    private void forgetRecycledPid() throws IOException {
        if (orphan().isEmpty()) {
            Files.deleteIfExists(data.resolve("postmaster.pid"));
        }
    }

    @Override
    public String lastWords() {
        return Processes.lastWords(log);
    }

    private List<String> pidFile() {
        try {
            return Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (IOException | RuntimeException notThere) {
            return new ArrayList<>();
        }
    }
}
