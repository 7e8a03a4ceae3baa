package org.perilune.chassis.opensearch;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;

/**
 * Has Java compare the server's certificate with the host's name. The client means to (its policy BUILTIN), but version 5.6
 * says so to a copy of the parameters that it has given to the engine before.
 */
final class NamedHostsStrategy extends DefaultClientTlsStrategy {
    NamedHostsStrategy(SSLContext context) {
        super(context);
    }

    @Override
    protected void initializeEngine(SSLEngine engine) {
        var parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
    }
}
