/** Questions and changes over HTTP. */
@NullMarked
package org.perilune.timeline.api;

import org.jspecify.annotations.NullMarked;
