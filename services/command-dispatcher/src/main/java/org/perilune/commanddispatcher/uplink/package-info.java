/** Sends commands to devices and reads their acknowledgements; one of several copies leads. Answers no request. */
@NullMarked
package org.perilune.commanddispatcher.uplink;

import org.jspecify.annotations.NullMarked;
