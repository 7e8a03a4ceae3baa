package org.perilune.launcher;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.Tokens;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "token",
        description = {
            "Prints a bearer token for scripts; it counts for a few minutes.",
            "Such as: curl -H \"Authorization: Bearer $$(./perilune token)\" localhost:8000/devices"
        })
final class TokenCommand implements Callable<Integer> {
    @Mixin
    private HomeOption where = new HomeOption();

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "viewer (the default), operator, flight-director or administrator")
    @Nullable
    private String role;

    @Override
    public Integer call() {
        System.out.println(Tokens.of(where.home(), role == null ? "viewer" : role));
        return 0;
    }
}
