package org.perilune.chassis.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts whom the files say at each handshake. A server is refused on a connection that would not compare its certificate
 * with the host's name: whichever library connects, it cannot forget to.
 */
final class OwnTrustManager extends X509ExtendedTrustManager {
    private final ReloadedMaterial material;

    OwnTrustManager(ReloadedMaterial material) {
        this.material = material;
    }

    private static void requireNames(@Nullable SSLParameters parameters) throws CertificateException {
        String algorithm = parameters == null ? null : parameters.getEndpointIdentificationAlgorithm();
        if (algorithm == null || algorithm.isEmpty()) {
            throw new CertificateException("This connection does not compare the certificate with the host's name");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        requireNames(socket instanceof SSLSocket tls ? tls.getSSLParameters() : null);
        material.current().trust().checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        requireNames(engine == null ? null : engine.getSSLParameters());
        material.current().trust().checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        requireNames(null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        material.current().trust().checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        material.current().trust().checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        material.current().trust().checkClientTrusted(chain, authType);
    }

    /** None: a server names no authorities then, and the list could not change with the file. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
