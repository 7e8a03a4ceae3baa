@NullMarked
package org.perilune.chassis;

import org.jspecify.annotations.NullMarked;
