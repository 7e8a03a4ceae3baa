@NullMarked
package org.perilune.comments;

import org.jspecify.annotations.NullMarked;
