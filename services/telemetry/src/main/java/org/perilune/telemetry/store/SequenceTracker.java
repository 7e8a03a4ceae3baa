package org.perilune.telemetry.store;

import java.util.Arrays;

/**
 * Which seqs of one epoch are settled: all up to {@link #upto}, and intervals beyond. The intervals are bounded; what
 * is dropped is still in the database, and {@link #needsReload} says when it is needed. Not safe for threads.
 */
public final class SequenceTracker {
    private static final int MOST_INTERVALS = 4_096;

    private long upto;
    private long highest;
    private long[] from = new long[4];
    private long[] to = new long[4];
    private int count;
    private boolean incomplete;

    /** How many settled seqs the intervals do not hold, as far as that is known. */
    private long forgotten;

    SequenceTracker(long upto, long highest) {
        this.upto = upto;
        this.highest = highest;
    }

    /** Every seq up to here is settled. */
    public long upto() {
        return upto;
    }

    /** The greatest seq that was ever seen. */
    public long highest() {
        return highest;
    }

    /** Whether more is settled than is known here, so that {@link #upto} may be too small. */
    public boolean needsReload() {
        return incomplete && count == 0;
    }

    void markIncomplete() {
        incomplete = true;
    }

    /**
     * How many seqs up to the greatest are not settled. While there are more holes than are kept here it is about right,
     * and never less than zero.
     */
    long missing() {
        long settled = forgotten;
        for (int index = 0; index < count; index++) {
            settled += to[index] - from[index] + 1;
        }
        return Math.max(0, highest - upto - settled);
    }

    /** The first intervals of what is settled beyond {@link #upto}, as PostgreSQL writes a multirange. */
    String beyond(int most) {
        var text = new StringBuilder("{");
        for (int index = 0; index < Math.min(count, most); index++) {
            text.append(index == 0 ? "[" : ",[")
                    .append(from[index])
                    .append(',')
                    .append(to[index])
                    .append(']');
        }
        return text.append('}').toString();
    }

    /** All seqs of an interval are settled, which comes after all that were told before. */
    void restore(long first, long last) {
        if (first > upto + 1 && count < MOST_INTERVALS) {
            if (count == from.length) {
                grow();
            }
            from[count] = first;
            to[count] = last;
            count++;
        } else if (count == 0) {
            upto = Math.max(upto, last);
        }
        highest = Math.max(highest, last);
    }

    public boolean contains(long seq) {
        if (seq <= upto) {
            return true;
        }
        int index = Arrays.binarySearch(from, 0, count, seq);
        int candidate = index >= 0 ? index : -index - 2;
        return candidate >= 0 && seq <= to[candidate];
    }

    /** The seq is settled. */
    public void add(long seq) {
        boolean isGreatest = seq > highest;
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
        insert(seq, isGreatest);
        if (count > 0 && from[0] == upto + 1) {
            upto = to[0];
            remove(0);
        }
    }

    private void insert(long seq, boolean isGreatest) {
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
            open(index, seq, isGreatest);
        }
    }

    private void open(int index, long seq, boolean isGreatest) {
        if (count == MOST_INTERVALS) {
            incomplete = true;
            if (index == count) {
                // Others may have been told before, and were forgotten then.
                forgotten += isGreatest ? 1 : 0;
                return;
            }
            count--;
            forgotten += to[count] - from[count] + 1;
        }
        if (count == from.length) {
            grow();
        }
        System.arraycopy(from, index, from, index + 1, count - index);
        System.arraycopy(to, index, to, index + 1, count - index);
        from[index] = seq;
        to[index] = seq;
        count++;
    }

    private void grow() {
        from = Arrays.copyOf(from, count * 2);
        to = Arrays.copyOf(to, count * 2);
    }

    private void remove(int index) {
        count--;
        System.arraycopy(from, index + 1, from, index, count - index);
        System.arraycopy(to, index + 1, to, index, count - index);
    }
}
