/** Copies the streams of services to browsers, one for each. Keeps nothing, and renders nothing. */
@NullMarked
package org.perilune.console.live;

import org.jspecify.annotations.NullMarked;
