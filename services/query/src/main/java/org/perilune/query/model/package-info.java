/** The read model: tables made of events, of which one generation is shown while another is made. */
@NullMarked
package org.perilune.query.model;

import org.jspecify.annotations.NullMarked;
