package org.perilune.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests that do no harm one running Perilune for all of them; it ends with the last test. */
final class SharedPerilune implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Perilune.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(Namespace.create(SharedPerilune.class))
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
                .perilune();
    }

    /** Nobody listens there. */
    static final String DEAF_HOST = "127.0.0.1:1";

    private record Running(Perilune perilune) implements AutoCloseable {
        static Running start() {
            try {
                var perilune = Perilune.in(
                        Files.createTempDirectory("perilune-conformance"),
                        Map.of("event-bus.callbacks.allowed-hosts", DEAF_HOST, "event-bus.callbacks.tries", "1"));
                perilune.start();
                return new Running(perilune);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        @Override
        public void close() throws IOException {
            perilune.close();
            Folders.remove(perilune.home());
        }
    }
}
