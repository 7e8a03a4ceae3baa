/**
 * Reading and writing JSON within bounds, and telling whoever sent it what is wrong with which field.
 */
@NullMarked
package org.perilune.chassis.json;

import org.jspecify.annotations.NullMarked;
