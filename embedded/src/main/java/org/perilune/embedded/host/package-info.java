/** What embedded servers share: folders, ports, programs and their supervision, secrets. */
@NullMarked
package org.perilune.embedded.host;

import org.jspecify.annotations.NullMarked;
