/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A key with a certificate that it has signed itself, made by the keytool of the JDK. */
final class SelfSigned {

  private static final String PASSWORD = "changeit";

  private final KeyStore keys;
  private final KeyStore trusted;

  private SelfSigned(KeyStore keys, KeyStore trusted) {
    this.keys = keys;
    this.trusted = trusted;
  }

  /**
   * Makes one.
   *
   * @param host whose certificate it is
   */
  static SelfSigned forHost(Path folder, String host) throws Exception {
    Path file = Files.createTempFile(folder, "key", ".p12");
    Files.delete(file);
    keytool(
        List.of(
            "-genkeypair",
            "-alias",
            "key",
            "-keyalg",
            "EC",
            "-dname",
            "CN=" + host,
            "-ext",
            "SAN=dns:" + host,
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-keystore",
            file.toString(),
            "-storepass",
            PASSWORD));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("key", keys.getCertificate("key"));
    return new SelfSigned(keys, trusted);
  }

  private static void keytool(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("keytool has failed");
    }
  }

  /**
   * For a side of a connection.
   *
   * @param own what it shows, or null if it shows nothing
   * @param others whom it trusts, or null for whom the JDK does
   */
  static SSLContext context(@Nullable SelfSigned own, @Nullable SelfSigned others)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManagerFactory shown =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    shown.init(own == null ? null : own.keys, PASSWORD.toCharArray());
    TrustManagerFactory known =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    known.init(others == null ? null : others.trusted);
    context.init(shown.getKeyManagers(), known.getTrustManagers(), null);
    return context;
  }
}
