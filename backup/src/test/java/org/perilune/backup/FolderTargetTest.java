package org.perilune.backup;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.backup.target.BackupTarget;
import org.perilune.backup.target.FolderTarget;

final class FolderTargetTest implements TargetContract {
    @TempDir
    private Path folder = Path.of("");

    @Override
    public BackupTarget target() {
        return new FolderTarget(folder.resolve("there"));
    }
}
