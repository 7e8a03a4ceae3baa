package org.perilune.telemetry;

import java.util.Arrays;

/**
 * Which seqs of one epoch are settled: all up to {@link #upto}, and intervals beyond. The intervals are bounded; what
 * is dropped is still in the database, and {@link #needsReload} says when it is needed. Not safe for threads.
 */
final class Progress {
    private static final int MOST_INTERVALS = 4_096;

    private long upto;
    private long highest;
    private long[] from = new long[4];
    private long[] to = new long[4];
    private int count;
    private boolean incomplete;

    Progress(long upto, long highest) {
        this.upto = upto;
        this.highest = highest;
    }

    /** Every seq up to here is settled. */
    long upto() {
        return upto;
    }

    /** The greatest seq that was ever seen. */
    long highest() {
        return highest;
    }

    /** Whether more is settled than is known here, so that {@link #upto} may be too small. */
    boolean needsReload() {
        return incomplete && count == 0;
    }

    void markIncomplete() {
        incomplete = true;
    }

    boolean contains(long seq) {
        if (seq <= upto) {
            return true;
        }
        int index = Arrays.binarySearch(from, 0, count, seq);
        int candidate = index >= 0 ? index : -index - 2;
        return candidate >= 0 && seq <= to[candidate];
    }

    /** The seq is settled. */
    void add(long seq) {
        highest = Math.max(highest, seq);
        if (count == 0 && seq == upto + 1) {
            upto = seq;
            return;
        }
        if (contains(seq)) {
            return;
        }
        if (count > 0 && seq == to[count - 1] + 1) {
            to[count - 1] = seq;
            return;
        }
        insert(seq);
        if (count > 0 && from[0] == upto + 1) {
            upto = to[0];
            remove(0);
        }
    }

    private void insert(long seq) {
        int index = -Arrays.binarySearch(from, 0, count, seq) - 1;
        boolean joinsLeft = index > 0 && to[index - 1] + 1 == seq;
        boolean joinsRight = index < count && from[index] - 1 == seq;
        if (joinsLeft && joinsRight) {
            to[index - 1] = to[index];
            remove(index);
        } else if (joinsLeft) {
            to[index - 1] = seq;
        } else if (joinsRight) {
            from[index] = seq;
        } else {
            open(index, seq);
        }
    }

    private void open(int index, long seq) {
        if (count == MOST_INTERVALS) {
            incomplete = true;
            if (index == count) {
                return;
            }
            count--;
        }
        if (count == from.length) {
            from = Arrays.copyOf(from, count * 2);
            to = Arrays.copyOf(to, count * 2);
        }
        System.arraycopy(from, index, from, index + 1, count - index);
        System.arraycopy(to, index, to, index + 1, count - index);
        from[index] = seq;
        to[index] = seq;
        count++;
    }

    private void remove(int index) {
        count--;
        System.arraycopy(from, index + 1, from, index, count - index);
        System.arraycopy(to, index + 1, to, index, count - index);
    }
}
