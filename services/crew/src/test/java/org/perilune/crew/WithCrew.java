package org.perilune.crew;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests with one crew, empty at the beginning of each. */
abstract class WithCrew {
    static CrewFixture crew;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        crew = new CrewFixture(home);
    }

    @AfterAll
    static void stop() throws Exception {
        crew.close();
    }

    @BeforeEach
    void begin() throws Exception {
        crew.begin();
    }

    @AfterEach
    void end() throws Exception {
        crew.end();
    }
}
