@NullMarked
package org.perilune.telemetry;

import org.jspecify.annotations.NullMarked;
