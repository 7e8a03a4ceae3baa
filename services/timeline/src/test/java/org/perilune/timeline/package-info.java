@NullMarked
package org.perilune.timeline;

import org.jspecify.annotations.NullMarked;
