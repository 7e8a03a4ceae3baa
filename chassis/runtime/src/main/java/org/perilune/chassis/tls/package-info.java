/**
 * TLS by settings: certificates and keys in PEM files, read again when they change; what a failed handshake means. Knows
 * settings only.
 */
@NullMarked
package org.perilune.chassis.tls;

import org.jspecify.annotations.NullMarked;
