/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.statefun.remote.protocol.ToFunction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves functions over HTTP on the loopback, and remembers what they were asked. */
final class FunctionServer implements AutoCloseable {

  /** Makes a reply of a request. */
  interface Handler {

    byte[] handle(byte[] request) throws Exception;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile Handler handler;
  final List<ToFunction.InvocationBatchRequest> requests = new CopyOnWriteArrayList<>();
  final List<String> paths = new CopyOnWriteArrayList<>();
  final List<String> ids = new CopyOnWriteArrayList<>();

  private FunctionServer(HttpServer server, Handler handler) {
    this.server = server;
    this.handler = handler;
  }

  static FunctionServer start(Handler handler) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FunctionServer server = new FunctionServer(http, handler);
    http.setExecutor(server.threads);
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  /** As when another version is deployed. */
  void redeploy(Handler newHandler) {
    handler = newHandler;
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] request = exchange.getRequestBody().readAllBytes();
      requests.add(ToFunction.parseFrom(request).getInvocation());
      paths.add(exchange.getRequestURI().getRawPath());
      ids.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
      byte[] reply;
      try {
        reply = handler.handle(request);
      } catch (Exception e) {
        exchange.sendResponseHeaders(500, -1);
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      exchange.sendResponseHeaders(200, reply.length == 0 ? -1 : reply.length);
      exchange.getResponseBody().write(reply);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
