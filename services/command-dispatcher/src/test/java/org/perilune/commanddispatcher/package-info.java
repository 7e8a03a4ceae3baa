@NullMarked
package org.perilune.commanddispatcher;

import org.jspecify.annotations.NullMarked;
