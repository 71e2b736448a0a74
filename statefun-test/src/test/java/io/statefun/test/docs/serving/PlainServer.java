/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.serving;

import com.sun.net.httpserver.HttpServer;
import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.message.MessageTypes;
import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.RequestReplyHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** The functions behind the web server of the JDK. */
final class PlainServer {

  private PlainServer() {}

  static HttpServer start() throws IOException {
    // tag::server[]
    MessageTypes types = MessageTypes.standard();
    HttpEndpoint endpoint =
        new HttpEndpoint(
            RequestReplyHandler.builder(types)
                .function(
                    AnnotatedFunction.bind(new GreeterFunction(), types, FailurePolicy.DEFAULT))
                .build());

    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(16));
    server.createContext(
        "/statefun",
        exchange -> {
          try (exchange) {
            HttpEndpoint.Reply reply =
                endpoint.answer(
                    exchange.getRequestMethod(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestBody());
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(reply.status(), reply.body().length);
            exchange.getResponseBody().write(reply.body());
          }
        });
    server.start();
    // end::server[]
    return server;
  }
}
