/**
 * What every process has: lifecycle, health, metrics, threads, failures, time. Knows no protocol, no driver.
 */
@NullMarked
package org.perilune.chassis.runtime;

import org.jspecify.annotations.NullMarked;
