/** Reads a recording and sends it as a device. */
@NullMarked
package org.perilune.launcher.replay;

import org.jspecify.annotations.NullMarked;
