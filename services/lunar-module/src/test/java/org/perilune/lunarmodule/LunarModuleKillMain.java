package org.perilune.lunarmodule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;

/** A lunar module in a process of its own, to be killed. */
final class LunarModuleKillMain {
    private LunarModuleKillMain() {}

    /** @param args a file of settings, one "key=value" a line */
    public static void main(String[] args) throws IOException {
        var settings = new HashMap<String, String>();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            int equals = line.indexOf('=');
            settings.put(line.substring(0, equals), line.substring(equals + 1));
        }
        LunarModuleService.start(Ground.config(settings), Clock.systemUTC());
    }
}
