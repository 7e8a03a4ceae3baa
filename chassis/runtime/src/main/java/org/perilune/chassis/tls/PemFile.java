package org.perilune.chassis.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.perilune.chassis.settings.SecretFile;

/** Certificates and keys as PEM (RFC 7468). Failures are {@link IOException}s that name the file and say what is wrong. */
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String BEGIN = "-----BEGIN ";
    private static final long MOST_BYTES = 4L * 1024 * 1024;

    private PemFile() {}

    private record Block(String type, String body) {
        byte[] bytes(Path file) throws IOException {
            try {
                return Base64.getMimeDecoder().decode(body);
            } catch (IllegalArgumentException malformed) {
                throw new IOException("The file " + file + " is not PEM: a part of it is no base64", malformed);
            }
        }
    }

    /** At least one; a file that ends within a certificate has none of its certificates taken. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        var certificates = new ArrayList<X509Certificate>();
        for (Block block : blocks(file)) {
            if (block.type().equals("CERTIFICATE")) {
                certificates.add(certificate(file, block.bytes(file)));
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("The file " + file + " has no certificate; -----BEGIN CERTIFICATE----- is expected");
        }
        return certificates;
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException malformed) {
            throw new IOException("The file " + file + " has a certificate that cannot be read", malformed);
        }
    }

    /** PKCS#8, PKCS#1 (RSA) or SEC1 (EC), not encrypted; nobody else may read the file. */
    static PrivateKey privateKey(Path file) throws IOException {
        List<Block> blocks = blocks(file);
        try {
            SecretFile.refuseWhatOthersRead(file);
        } catch (IOException open) {
            throw new IOException("The file " + file + " " + open.getMessage(), open);
        }
        for (Block block : blocks) {
            try {
                switch (block.type()) {
                    case "PRIVATE KEY" -> {
                        return PrivateKeys.ofPkcs8(block.bytes(file));
                    }
                    case "RSA PRIVATE KEY" -> {
                        refuseEncrypted(file, block);
                        return PrivateKeys.ofPkcs1(block.bytes(file));
                    }
                    case "EC PRIVATE KEY" -> {
                        refuseEncrypted(file, block);
                        return PrivateKeys.ofSec1(block.bytes(file));
                    }
                    case "ENCRYPTED PRIVATE KEY" -> throw encrypted(file);
                    default -> {
                        // Certificates may stand beside the key, and curves before it.
                    }
                }
            } catch (GeneralSecurityException | IllegalArgumentException malformed) {
                // Not as cause: what a parser says of a key may show parts of it.
                throw new IOException("The file " + file + " has a private key that cannot be read; RSA, EC and EdDSA"
                        + " are understood, as PKCS#8, PKCS#1 or SEC1");
            }
        }
        throw new IOException("The file " + file + " has no private key; -----BEGIN PRIVATE KEY----- is expected");
    }

    private static void refuseEncrypted(Path file, Block block) throws IOException {
        if (block.body().contains("ENCRYPTED")) {
            throw encrypted(file);
        }
    }

    private static IOException encrypted(Path file) {
        return new IOException("The file " + file + " has an encrypted private key, which is not supported;"
                + " decrypt it with openssl pkcs8 -topk8 -nocrypt, and let nobody else read it");
    }

    private static List<Block> blocks(Path file) throws IOException {
        String text = text(file);
        var blocks = new ArrayList<Block>();
        Matcher matcher = BLOCK.matcher(text);
        int end = 0;
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
            end = matcher.end();
        }
        if (text.indexOf(BEGIN, end) >= 0) {
            throw new IOException("The file " + file + " ends before its last part does; is it still being written?");
        }
        return blocks;
    }

    private static String text(Path file) throws IOException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("The file " + file + " is too large for certificates or a key");
            }
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new IOException("There is no file " + file, missing);
        } catch (AccessDeniedException denied) {
            throw new IOException("The file " + file + " may not be read by us", denied);
        } catch (MalformedInputException binary) {
            throw new IOException(
                    "The file " + file + " is not PEM; convert it with openssl x509 -inform der, or openssl pkcs12",
                    binary);
        }
    }
}
