/**
 * What a process is told: keys with defaults and bounds, whose faults are collected; secrets, which are never shown. Knows no
 * other package.
 */
@NullMarked
package org.perilune.chassis.settings;

import org.jspecify.annotations.NullMarked;
