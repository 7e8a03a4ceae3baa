/** Makes the read model anew from the log of events, beside the one that is shown. */
@NullMarked
package org.perilune.query.rebuild;

import org.jspecify.annotations.NullMarked;
