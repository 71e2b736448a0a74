/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import com.sun.net.httpserver.HttpExchange;
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
import java.util.concurrent.atomic.LongAdder;

/**
 * The functions of the chain behind HTTP. Prints its port, then for each byte of its input what it
 * has used of the processor and how often it was called, and ends with its input.
 */
public final class RemoteChainServer {

  private static final int THREADS = 32;
  private static final int BACKLOG = 2_000;

  private RemoteChainServer() {}

  /** Serves until its input ends. */
  public static void main(String[] arguments) throws IOException {
    ChainLoad load = new ChainLoad(Integer.parseInt(arguments[0]));
    HttpEndpoint endpoint = endpoint(load);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    LongAdder calls = new LongAdder();
    server.createContext(
        "/",
        exchange -> {
          calls.increment();
          answer(exchange, endpoint);
        });
    server.start();
    System.out.println(server.getAddress().getPort());
    while (System.in.read() >= 0) {
      System.out.println(ProcessMeter.cpuNanos() + " " + calls.sum());
    }
    System.exit(0);
  }

  private static HttpEndpoint endpoint(ChainLoad load) {
    MessageTypes types = MessageTypes.standard();
    return new HttpEndpoint(
        RequestReplyHandler.builder(types)
            .function(
                AnnotatedFunction.bind(
                    new ChainFunctions.FunctionA(load), types, FailurePolicy.DEFAULT))
            .function(
                AnnotatedFunction.bind(
                    new ChainFunctions.FunctionB(), types, FailurePolicy.DEFAULT))
            .build());
  }

  private static void answer(HttpExchange exchange, HttpEndpoint endpoint) throws IOException {
    try (exchange) {
      HttpEndpoint.Reply reply =
          endpoint.answer(
              exchange.getRequestMethod(),
              exchange.getRequestHeaders().getFirst("Content-Type"),
              exchange.getRequestBody());
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      int length = reply.body().length;
      exchange.sendResponseHeaders(reply.status(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(reply.body());
    }
  }
}
