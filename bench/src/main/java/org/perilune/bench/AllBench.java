package org.perilune.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "all", description = "Every bench, one after the other, each in a Perilune of its own.")
final class AllBench implements Callable<Integer> {
    @Override
    public Integer call() {
        int worst = 0;
        for (Object bench : new Object[] {
            new StartBench(),
            new DownlinkBench(),
            new LatencyBench(),
            new FollowBench(),
            new ReadsBench(),
            new PlotsBench(),
            new MemoryBench()
        }) {
            worst = Math.max(worst, new CommandLine(bench).execute());
        }
        return worst;
    }
}
