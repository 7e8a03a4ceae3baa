/** Events at their time: those that launch commands, those that are only noted, and those that the orbit brings. */
@NullMarked
package org.perilune.timeline;

import org.jspecify.annotations.NullMarked;
