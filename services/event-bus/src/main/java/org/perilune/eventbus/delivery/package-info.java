/** Brings events to those who subscribed, again and again until they take them; dead letters. */
@NullMarked
package org.perilune.eventbus.delivery;

import org.jspecify.annotations.NullMarked;
