/** Files that are whole after a power loss, or known not to be. Knows no frame, no command and no other package. */
@NullMarked
package org.perilune.sdk.file;

import org.jspecify.annotations.NullMarked;
