/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.statefun.remote.HttpTransport.Request;
import io.statefun.remote.HttpTransport.Response;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkHttpTransportTest extends HttpTransportContract {

  @TempDir static Path folder;

  private static SelfSigned servers;
  private static SelfSigned ours;
  private static SelfSigned strangers;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> clients = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void makeKeys() throws Exception {
    servers = SelfSigned.forHost(folder, "localhost");
    ours = SelfSigned.forHost(folder, "node.example");
    strangers = SelfSigned.forHost(folder, "other.example");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Override
  protected HttpTransport transport(Timeouts timeouts, int maxResponseBytes) {
    return new JdkHttpTransport(timeouts, maxResponseBytes, null, null);
  }

  @Override
  protected URI url(RawServer server, String path) {
    return server.uri(path);
  }

  @Override
  protected String host(URI url) {
    return url.getAuthority();
  }

  @Override
  protected URI whereNobodyListens() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://localhost:" + free.getLocalPort());
    }
  }

  @Override
  protected URI whereNothingIs() {
    return URI.create("http://nobody.invalid/");
  }

  @Override
  protected URI whereNobodyAccepts() throws IOException {
    ServerSocket full = closedLater(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    for (int i = 0; i < 8; i++) {
      try {
        closedLater(new Socket()).connect(full.getLocalSocketAddress(), 200);
      } catch (IOException isFull) {
        break;
      }
    }
    return URI.create("http://localhost:" + full.getLocalPort() + "/");
  }

  private interface Use {

    void of(URI uri) throws Exception;
  }

  private void withServer(SSLContext context, boolean needsClient, Use use) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ssl = context.getDefaultSSLParameters();
            ssl.setNeedClientAuth(needsClient);
            parameters.setSSLParameters(ssl);
          }
        });
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          clients.add(client((HttpsExchange) exchange));
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[] {4, 2});
          exchange.close();
        });
    server.start();
    try {
      use.of(URI.create("https://localhost:" + server.getAddress().getPort() + "/fn"));
    } finally {
      server.stop(0);
    }
  }

  private static String client(HttpsExchange exchange) {
    try {
      return exchange.getSSLSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return "nobody";
    }
  }

  private static Response post(SSLContext context, URI uri) throws Exception {
    Duration long_ = Duration.ofMinutes(1);
    try (HttpTransport transport =
        new JdkHttpTransport(new Timeouts(long_, long_, long_, long_), 100, context, null)) {
      CompletableFuture<Response> exchange =
          transport.post(new Request(uri, Map.of(), new byte[] {1}));
      return exchange.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void aServerWhoseCertificateIsTrustedIsReachedOverTls() throws Exception {
    withServer(
        SelfSigned.context(servers, null),
        false,
        uri ->
            assertThat(post(SelfSigned.context(null, servers), uri).body()).containsExactly(4, 2));
    assertThat(clients).containsExactly("nobody");
  }

  @Test
  void aServerWhoseCertificateIsNotTrustedIsNotReached() throws Exception {
    withServer(
        SelfSigned.context(servers, null),
        false,
        uri -> {
          assertThatThrownBy(() -> post(SelfSigned.context(null, strangers), uri))
              .isInstanceOf(ExecutionException.class)
              .cause()
              .isInstanceOf(SSLException.class);
          assertThatThrownBy(() -> post(SelfSigned.context(null, null), uri))
              .cause()
              .isInstanceOf(SSLException.class);
        });
    assertThat(clients).isEmpty();
  }

  @Test
  void aServerWithTheCertificateOfAnotherHostIsNotReached() throws Exception {
    withServer(
        SelfSigned.context(strangers, null),
        false,
        uri ->
            assertThatThrownBy(() -> post(SelfSigned.context(null, strangers), uri))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining("localhost"));
    assertThat(clients).isEmpty();
  }

  @Test
  void theCertificateOfTheNodeIsShownToAServerThatAsksForIt() throws Exception {
    withServer(
        SelfSigned.context(servers, ours),
        true,
        uri -> assertThat(post(SelfSigned.context(ours, servers), uri).status()).isEqualTo(200));
    assertThat(clients).containsExactly("CN=node.example");
  }

  @Test
  void aServerThatAsksForACertificateDoesNotAnswerWhoHasNoneOrAnother() throws Exception {
    withServer(
        SelfSigned.context(servers, ours),
        true,
        uri -> {
          assertThatThrownBy(() -> post(SelfSigned.context(null, servers), uri))
              .cause()
              .isInstanceOf(IOException.class);
          assertThatThrownBy(() -> post(SelfSigned.context(strangers, servers), uri))
              .cause()
              .isInstanceOf(IOException.class);
        });
    assertThat(clients).isEmpty();
  }

  @Test
  void aServerThatOnlyKeepsTheConnectionOpenIsNoServerOfTls() throws Exception {
    Duration short_ = Duration.ofMillis(300);
    Duration long_ = Duration.ofMinutes(1);
    try (RawServer server = RawServer.start((request, connection) -> {});
        HttpTransport transport =
            new JdkHttpTransport(
                new Timeouts(long_, short_, long_, long_),
                100,
                SelfSigned.context(null, servers),
                null)) {
      URI uri = URI.create(server.uri("/").toString().replace("http:", "https:"));

      assertThatThrownBy(
              () ->
                  transport
                      .post(new Request(uri, Map.of(), new byte[] {1}))
                      .get(1, TimeUnit.MINUTES))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(IOException.class);
    }
  }
}
