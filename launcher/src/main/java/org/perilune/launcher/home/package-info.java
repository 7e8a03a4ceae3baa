/** Perilune's home folder and what stands in it: settings of the user, state of what runs, ports, tokens. */
@NullMarked
package org.perilune.launcher.home;

import org.jspecify.annotations.NullMarked;
