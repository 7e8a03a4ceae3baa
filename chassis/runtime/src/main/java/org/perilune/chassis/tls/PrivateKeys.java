package org.perilune.chassis.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

/**
 * Private keys out of their DER. The JDK reads PKCS#8 alone (its own PEM classes, JEP 470, are a preview), so the two older
 * forms are wrapped into it (RFC 5208, RFC 8017 appendix A.1, RFC 5915).
 */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int PARAMETERS = 0xA0;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    /** 1.2.840.113549.1.1.1 rsaEncryption, and its NULL parameters. */
    private static final byte[] RSA = {0x06, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 13, 1, 1, 1, 5, 0};
    /** 1.2.840.10045.2.1 id-ecPublicKey. */
    private static final byte[] EC = {0x06, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

    private PrivateKeys() {}

    static PrivateKey ofPkcs8(byte[] der) throws GeneralSecurityException {
        var spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException another) {
                // The next one may read it.
            }
        }
        throw new InvalidKeySpecException("No key of " + ALGORITHMS);
    }

    static PrivateKey ofPkcs1(byte[] der) throws GeneralSecurityException {
        return ofPkcs8(element(SEQUENCE, VERSION_0, element(SEQUENCE, RSA), element(OCTET_STRING, der)));
    }

    /** The curve has to be in the key, where openssl writes it. */
    static PrivateKey ofSec1(byte[] der) throws GeneralSecurityException {
        byte[] curve = parameters(der);
        return ofPkcs8(element(SEQUENCE, VERSION_0, element(SEQUENCE, EC, curve), element(OCTET_STRING, der)));
    }

    /** Of ECPrivateKey ::= SEQUENCE { version, privateKey OCTET STRING, [0] parameters, [1] publicKey }. */
    private static byte[] parameters(byte[] der) throws InvalidKeySpecException {
        int at = content(der, 0);
        at = end(der, at); // version
        at = end(der, at); // privateKey
        if (at >= der.length || (der[at] & 0xFF) != PARAMETERS) {
            throw new InvalidKeySpecException("The key does not name its curve");
        }
        return Arrays.copyOfRange(der, content(der, at), end(der, at));
    }

    /** Where the content of the element at a position begins. */
    private static int content(byte[] der, int at) throws InvalidKeySpecException {
        int first = octet(der, at + 1);
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int end(byte[] der, int at) throws InvalidKeySpecException {
        int length = octet(der, at + 1);
        if (length >= 0x80) {
            int octets = length & 0x7F;
            length = 0;
            for (int index = 0; index < octets; index++) {
                length = (length << 8) | octet(der, at + 2 + index);
            }
        }
        int end = content(der, at) + length;
        if (length < 0 || end < at || end > der.length) {
            throw new InvalidKeySpecException("The key ends too early");
        }
        return end;
    }

    private static int octet(byte[] der, int at) throws InvalidKeySpecException {
        if (at >= der.length) {
            throw new InvalidKeySpecException("The key ends too early");
        }
        return der[at] & 0xFF;
    }

    private static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length < 0x80) {
            whole.write(length);
        } else {
            int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            whole.write(0x80 | octets);
            for (int index = octets - 1; index >= 0; index--) {
                whole.write(length >> (8 * index));
            }
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    /** Whether both are of one pair: what the one signs, the other verifies. */
    static boolean belongTogether(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            byte[] probe = {1, 2, 3};
            var signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(probe);
            return signature.verify(signed);
        } catch (InvalidKeyException ofAnotherKind) {
            return false;
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("The JDK has no " + algorithm, failure);
        }
    }
}
