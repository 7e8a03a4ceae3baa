/** Times and acknowledgements as messages have them. Opens no file and no connection. */
@NullMarked
package org.perilune.sdk.wire;

import org.jspecify.annotations.NullMarked;
