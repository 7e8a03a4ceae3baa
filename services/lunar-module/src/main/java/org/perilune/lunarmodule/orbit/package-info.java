/**
 * Two-body motion around the Moon: where the spacecraft is, what it sees, what a burn changes. Pure computation; nothing is
 * kept here.
 */
@NullMarked
package org.perilune.lunarmodule.orbit;

import org.jspecify.annotations.NullMarked;
