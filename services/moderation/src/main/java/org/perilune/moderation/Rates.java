package org.perilune.moderation;

import java.time.Duration;

/** How much the author of a comment wrote around it. */
@FunctionalInterface
interface Rates {
    /** Of somebody who wrote nothing else. */
    Rates NONE = (most, span) -> false;

    /** Whether with this comment there are more of its author than so many within a time of this length. */
    boolean isOver(int most, Duration span);
}
