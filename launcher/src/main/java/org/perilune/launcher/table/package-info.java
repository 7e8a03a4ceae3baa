/**
 * Files with tables as people have them: encoding, delimiter, times, numbers. Knows nothing of what is done with the rows.
 */
@NullMarked
package org.perilune.launcher.table;

import org.jspecify.annotations.NullMarked;
