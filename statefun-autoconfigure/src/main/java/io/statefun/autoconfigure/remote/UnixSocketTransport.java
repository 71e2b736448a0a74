/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.statefun.remote.Exchange;
import io.statefun.remote.Exchanges;
import io.statefun.remote.HttpTransport;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import io.statefun.remote.UnixSocketUrl;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ByteBufferRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProtocolHandlers;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * Reaches endpoints at Unix-domain sockets with the HTTP client of Jetty, by HTTP/1.1. The JDK has
 * the sockets, and its HTTP client does not know them.
 */
final class UnixSocketTransport implements HttpTransport {

  private static final String OCTETS = "application/octet-stream";
  private static final int PART_BYTES = 16 << 10;
  private static final int MAX_HEAD_BYTES = 384 << 10;
  private static final int THREADS = 8;
  private static final Duration KEPT = Duration.ofSeconds(30);

  private final Exchanges exchanges;
  private final HttpClient client;

  /**
   * @param timeouts how long anything may take
   * @param maxResponseBytes how many bytes a response may have
   */
  UnixSocketTransport(Timeouts timeouts, int maxResponseBytes) {
    this.exchanges = new Exchanges(timeouts, maxResponseBytes);
    this.client = client(timeouts);
    try {
      client.start();
      leaveResponsesAlone();
    } catch (Exception e) {
      close();
      throw new IllegalStateException("The client for Unix-domain sockets does not start", e);
    }
  }

  private static HttpClient client(Timeouts timeouts) {
    HttpClient client = new HttpClient();
    client.setExecutor(threads());
    client.setScheduler(new ScheduledExecutorScheduler("statefun-remote-jetty", true));
    client.setConnectTimeout(timeouts.connect().toMillis());
    client.setIdleTimeout(KEPT.toMillis());
    // Who calls has a limit of its own.
    client.setMaxConnectionsPerDestination(Integer.MAX_VALUE);
    client.setMaxRequestsQueuedPerDestination(Integer.MAX_VALUE);
    client.setMaxResponseHeadersSize(MAX_HEAD_BYTES);
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(null);
    return client;
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
    threads.setName("statefun-remote");
    threads.setDaemon(true);
    return threads;
  }

  /** What the client adds when it starts: each would make another response of what comes. */
  private void leaveResponsesAlone() {
    ProtocolHandlers handlers = client.getProtocolHandlers();
    handlers.remove(RedirectProtocolHandler.NAME);
    handlers.remove(WWWAuthenticationProtocolHandler.NAME);
    handlers.remove(ProxyAuthenticationProtocolHandler.NAME);
    client.getContentDecoderFactories().clear();
  }

  @Override
  public CompletableFuture<Response> post(Request request) {
    UnixSocketUrl url = UnixSocketUrl.of(request.uri());
    org.eclipse.jetty.client.Request post =
        client
            .newRequest(URI.create("http://localhost" + url.target()))
            .transport(new Transport.TCPUnix(url.socket()))
            .method(HttpMethod.POST)
            .headers(headers -> headers.put("Accept", OCTETS))
            .headers(headers -> request.headers().forEach(headers::put))
            .body(new ByteBufferRequestContent(OCTETS, parts(request.body())))
            // How long anything takes is watched by the exchange.
            .idleTimeout(0, TimeUnit.MILLISECONDS);
    Exchange exchange = exchanges.begin();
    if (!exchange.result().isDone()) {
      new SocketExchange(post, exchange).send();
    }
    return exchange.result();
  }

  /** In parts, so that it is seen how they are taken. */
  private static List<ByteBuffer> parts(byte[] body) {
    List<ByteBuffer> parts = new ArrayList<>();
    for (int from = 0; from < body.length; from += PART_BYTES) {
      parts.add(ByteBuffer.wrap(body, from, Math.min(PART_BYTES, body.length - from)));
    }
    return parts;
  }

  @Override
  public void close() {
    exchanges.close();
    LifeCycle.stop(client);
  }
}
