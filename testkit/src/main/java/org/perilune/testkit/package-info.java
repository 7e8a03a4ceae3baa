/** What tests of several modules share: an issuer of tokens, an HTTP client, a TCP gate that cuts and delays, listeners of events. */
@NullMarked
package org.perilune.testkit;

import org.jspecify.annotations.NullMarked;
