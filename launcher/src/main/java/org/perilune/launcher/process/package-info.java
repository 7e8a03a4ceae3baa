/** Starts services in this process and stops them: which, in what order, with which settings; their log. */
@NullMarked
package org.perilune.launcher.process;

import org.jspecify.annotations.NullMarked;
