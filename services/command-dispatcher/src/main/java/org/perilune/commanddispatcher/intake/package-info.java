/** Takes new commands from people and services: who may, which device, which arguments. Sends nothing itself. */
@NullMarked
package org.perilune.commanddispatcher.intake;

import org.jspecify.annotations.NullMarked;
