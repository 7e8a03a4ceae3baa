package org.perilune.crew;

import com.nimbusds.jose.jwk.ECKey;
import java.time.Instant;

/** @param jwk with its private part; bears the key id */
record SigningKey(Instant signsFrom, ECKey jwk) {
    @Override
    public String toString() {
        return "SigningKey[" + jwk.getKeyID() + ", signs from " + signsFrom + "]";
    }
}
