/** Takes commands for devices and tracks each to its end. */
@NullMarked
package org.perilune.commanddispatcher;

import org.jspecify.annotations.NullMarked;
