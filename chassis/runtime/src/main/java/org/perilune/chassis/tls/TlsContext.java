package org.perilune.chassis.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import org.jspecify.annotations.Nullable;

/**
 * What drivers and listeners need of one {@link TlsConfig}. Made once and handed out to whichever library: every handshake
 * goes by the files as they are at that time, and compares a server's certificate with its host's name. Connections that
 * stand go on. Safe for threads.
 */
public final class TlsContext {
    /** A session that is taken up again asks nobody for a certificate, so what was believed before would go on. */
    private static final int SESSION_SECONDS = 1;

    private final OwnKeyManager keys;
    private final OwnTrustManager trust;
    private final SSLContext context;

    private TlsContext(ReloadedMaterial material) throws GeneralSecurityException {
        this.keys = new OwnKeyManager(material);
        this.trust = new OwnTrustManager(material);
        this.context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
        context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
        context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
    }

    /**
     * Reads the files.
     *
     * @throws UncheckedIOException naming the file that cannot be used
     */
    public static TlsContext open(TlsConfig config) {
        try {
            return new TlsContext(new ReloadedMaterial(config));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure.getMessage(), failure);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("This JDK has no TLS", failure);
        }
    }

    /** For clients that say themselves that names are compared; those that do not are refused at their first handshake. */
    public SSLContext context() {
        return context;
    }

    /** For clients; its sockets compare names. */
    public SSLSocketFactory socketFactory() {
        return new NamedHostsFactory(context.getSocketFactory());
    }

    /** For libraries that make their own context. */
    public KeyManagerFactory keyManagers() {
        return new KeyManagers(keys, context.getProvider());
    }

    /** For libraries that make their own context. */
    public TrustManagerFactory trustManagers() {
        return new TrustManagers(trust, context.getProvider());
    }

    private static final class KeyManagers extends KeyManagerFactory {
        KeyManagers(KeyManager manager, Provider provider) {
            super(
                    new KeyManagerFactorySpi() {
                        @Override
                        protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
                            // The files are read by themselves.
                        }

                        @Override
                        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {
                            // The files are read by themselves.
                        }

                        @Override
                        protected KeyManager[] engineGetKeyManagers() {
                            return new KeyManager[] {manager};
                        }
                    },
                    provider,
                    "files");
        }
    }

    private static final class TrustManagers extends TrustManagerFactory {
        TrustManagers(TrustManager manager, Provider provider) {
            super(
                    new TrustManagerFactorySpi() {
                        @Override
                        protected void engineInit(@Nullable KeyStore store) {
                            // The files are read by themselves.
                        }

                        @Override
                        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {
                            // The files are read by themselves.
                        }

                        @Override
                        protected TrustManager[] engineGetTrustManagers() {
                            return new TrustManager[] {manager};
                        }
                    },
                    provider,
                    "files");
        }
    }
}
