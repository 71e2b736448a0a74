/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import javax.net.ssl.SSLParameters;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/** Takes from an SSL bundle which protocols and ciphers to use. */
final class SslSettings {

  private SslSettings() {}

  static SSLParameters of(SslBundle bundle, SSLParameters parameters) {
    SslOptions options = bundle.getOptions();
    if (options.getCiphers() != null) {
      parameters.setCipherSuites(options.getCiphers());
    }
    if (options.getEnabledProtocols() != null) {
      parameters.setProtocols(options.getEnabledProtocols());
    }
    return parameters;
  }
}
