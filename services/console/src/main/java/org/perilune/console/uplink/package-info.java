/** The Commands and Timeline pages: what is sent to devices, and what is planned. Decides nothing itself. */
@NullMarked
package org.perilune.console.uplink;

import org.jspecify.annotations.NullMarked;
