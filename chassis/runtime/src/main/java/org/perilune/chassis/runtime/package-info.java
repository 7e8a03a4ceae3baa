/**
 * What every process has: settings, secrets, lifecycle, health, metrics, threads, JSON. Knows no protocol, no driver.
 */
@NullMarked
package org.perilune.chassis.runtime;

import org.jspecify.annotations.NullMarked;
