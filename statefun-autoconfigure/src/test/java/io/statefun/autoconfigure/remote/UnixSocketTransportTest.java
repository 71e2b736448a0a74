/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.statefun.remote.HttpTransport;
import io.statefun.remote.HttpTransport.Request;
import io.statefun.remote.HttpTransport.Response;
import io.statefun.remote.HttpTransportContract;
import io.statefun.remote.RawServer;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixSocketTransportTest extends HttpTransportContract {

  @TempDir private Path folder;

  @Override
  protected HttpTransport transport(Timeouts timeouts, int maxResponseBytes) {
    return new UnixSocketTransport(timeouts, maxResponseBytes);
  }

  private Path file(String name) {
    return folder.resolve(name + ".sock");
  }

  private static URI url(Path file, String path) {
    return URI.create("http+unix://" + file + path);
  }

  @Override
  protected URI url(RawServer server, String path) throws IOException {
    Path file = file(String.valueOf(server.port()));
    if (Files.notExists(file)) {
      closedLater(SocketProxy.start(file, server.port()));
    }
    return url(file, path);
  }

  @Override
  protected String host(URI url) {
    return "localhost";
  }

  @Override
  protected URI whereNobodyListens() throws IOException {
    Path file = file("left");
    try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      gone.bind(UnixDomainSocketAddress.of(file));
    }
    assertThat(file).exists();
    return url(file, "/");
  }

  @Override
  protected URI whereNothingIs() {
    return url(file("none"), "/");
  }

  @Override
  protected URI whereNobodyAccepts() throws IOException {
    Path file = file("full");
    ServerSocketChannel full = closedLater(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
    full.bind(UnixDomainSocketAddress.of(file), 1);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 8; i++) {
                SocketChannel one = closedLater(SocketChannel.open(StandardProtocolFamily.UNIX));
                one.configureBlocking(false);
                one.connect(UnixDomainSocketAddress.of(file));
              }
            })
        .isInstanceOf(SocketException.class);
    return url(file, "/");
  }

  private static Response post(HttpTransport transport, URI url) throws Exception {
    return transport.post(new Request(url, Map.of(), new byte[] {1})).get(1, TimeUnit.MINUTES);
  }

  private HttpTransport patient() {
    return closedLater(transport(Timeouts.DEFAULT, 1 << 20));
  }

  @Test
  void aConnectionIsKeptForTheNextCallAndNoCookieIs() throws Exception {
    List<String> headers = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    closedLater(() -> server.stop(0));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          headers.addAll(exchange.getRequestHeaders().keySet());
          exchange.getResponseHeaders().set("Set-Cookie", "a=b");
          exchange.sendResponseHeaders(200, 1);
          exchange.getResponseBody().write(7);
          exchange.close();
        });
    server.start();
    Path file = file("kept");
    SocketProxy proxy = closedLater(SocketProxy.start(file, server.getAddress().getPort()));
    HttpTransport transport = patient();

    for (int i = 0; i < 50; i++) {
      assertThat(post(transport, url(file, "/")).body()).containsExactly(7);
    }

    assertThat(proxy.accepted()).isEqualTo(1);
    assertThat(headers).containsOnly("Accept", "Content-type", "Content-length", "Host");
  }

  @Test
  void aFailureSaysWhyThereIsNoConnection() {
    assertThatThrownBy(() -> post(patient(), whereNothingIs()))
        .cause()
        .isInstanceOf(SocketException.class)
        .hasMessageContaining(file("none").toString())
        .hasMessageContaining("No such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"100 Continue", "102 Processing", "103 Early Hints"})
  void whatComesBeforeTheResponseDoesNotCount(String status) throws Exception {
    RawServer server =
        closedLater(
            RawServer.saying(
                "HTTP/1.1 " + status + "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"));

    Response response = post(patient(), url(server, "/"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).asString().isEqualTo("abc");
  }

  @Test
  void aHeadWithoutEndIsAFailure() throws Exception {
    RawServer server =
        closedLater(
            RawServer.saying(
                "HTTP/1.1 200 OK\r\nX: " + "a".repeat(1 << 20) + "\r\nContent-Length: 0\r\n\r\n"));

    assertThatThrownBy(() -> post(patient(), url(server, "/")))
        .cause()
        .isInstanceOf(IOException.class);
  }

  @Test
  void theThreadsEndWithTheTransportAndHoldUpNoProcess() throws Exception {
    HttpTransport transport = patient();
    assertThatThrownBy(() -> post(transport, whereNothingIs())).isNotNull();
    List<Thread> threads = threads();
    assertThat(threads).isNotEmpty().allMatch(Thread::isDaemon);

    transport.close();

    await().until(() -> threads.stream().noneMatch(Thread::isAlive));
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("statefun-remote"))
        .toList();
  }

  @Test
  void aCompressedResponseIsLeftAsItIs() throws Exception {
    RawServer server =
        closedLater(
            RawServer.saying(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"));

    assertThat(post(patient(), url(server, "/")).body()).asString().isEqualTo("abc");
  }
}
