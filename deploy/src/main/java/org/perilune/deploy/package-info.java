/** Writes what a deployment is made of from the topology: images, Compose, what the chart and Prometheus read. */
@NullMarked
package org.perilune.deploy;

import org.jspecify.annotations.NullMarked;
