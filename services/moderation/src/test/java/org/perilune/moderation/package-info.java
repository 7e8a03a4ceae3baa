@NullMarked
package org.perilune.moderation;

import org.jspecify.annotations.NullMarked;
