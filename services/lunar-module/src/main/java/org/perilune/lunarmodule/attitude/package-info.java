/** Which way the spacecraft points, how it turns and what a turn costs. Knows no orbit and no mission. */
@NullMarked
package org.perilune.lunarmodule.attitude;

import org.jspecify.annotations.NullMarked;
