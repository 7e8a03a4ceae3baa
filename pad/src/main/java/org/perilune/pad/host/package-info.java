/** What embedded servers share: folders, ports, programs and their supervision, secrets. */
@NullMarked
package org.perilune.pad.host;

import org.jspecify.annotations.NullMarked;
