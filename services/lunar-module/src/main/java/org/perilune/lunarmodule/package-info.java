/** The device that ships with the product: a simulated lander in orbit around the Moon. */
@NullMarked
package org.perilune.lunarmodule;

import org.jspecify.annotations.NullMarked;
