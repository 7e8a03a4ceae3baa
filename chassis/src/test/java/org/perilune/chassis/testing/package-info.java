/** What tests of services need: somebody who gives tokens, and a client. In the chassis's test jar, in no product. */
@NullMarked
package org.perilune.chassis.testing;

import org.jspecify.annotations.NullMarked;
