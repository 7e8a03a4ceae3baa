/** What is planned or predicted: kinds, states, repetition, how it is read and shown. Knows no store. */
@NullMarked
package org.perilune.timeline.event;

import org.jspecify.annotations.NullMarked;
