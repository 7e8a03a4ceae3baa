/** The Fleet and Device pages, and the sign in every page's header. */
@NullMarked
package org.perilune.console.fleet;

import org.jspecify.annotations.NullMarked;
