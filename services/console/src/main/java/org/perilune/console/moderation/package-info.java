/** Comments that wait for a decision, and the rules. Decides nothing itself. */
@NullMarked
package org.perilune.console.moderation;

import org.jspecify.annotations.NullMarked;
