/** Judges, executes and records commands. Reports no readings: who wants one after a command asks to be told. */
@NullMarked
package org.perilune.lunarmodule.command;

import org.jspecify.annotations.NullMarked;
