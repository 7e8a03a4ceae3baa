package org.perilune.backup;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FolderTargetTest implements TargetContract {
    @TempDir
    private Path folder = Path.of("");

    @Override
    public BackupTarget target() {
        return new FolderTarget(folder.resolve("there"));
    }
}
