/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Reaches endpoints with the HTTP client of the JDK: HTTP/1.1, and HTTP/2 where TLS offers it. */
public final class JdkHttpTransport implements HttpTransport {

  private static final int THREADS = 2;
  private static final String OCTETS = "application/octet-stream";
  private static final long KEPT_SECONDS = 10;

  /**
   * Whether the client can tell of responses by the common pool. On one processor or two there is
   * none, and it would start a thread for each response; then each call waits in a thread that is
   * kept for the next one, which takes a third of the time.
   */
  private static final boolean HAS_COMMON_POOL = ForkJoinPool.getCommonPoolParallelism() > 1;

  private final Exchanges exchanges;
  private final ExecutorService threads;
  private final ExecutorService callers;
  private final HttpClient client;

  /**
   * @param timeouts how long anything may take
   * @param maxResponseBytes how many bytes a response may have
   * @param ssl for https; the JDK's own settings if null
   * @param parameters for https, such as protocols; the client's own if null
   */
  public JdkHttpTransport(
      RemoteEndpoint.Timeouts timeouts,
      int maxResponseBytes,
      @Nullable SSLContext ssl,
      @Nullable SSLParameters parameters) {
    this.exchanges = new Exchanges(timeouts, maxResponseBytes);
    this.threads = Executors.newFixedThreadPool(THREADS, DaemonThreads.named("statefun-remote"));
    this.callers = callers();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(timeouts.connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(threads);
    if (ssl != null) {
      builder.sslContext(ssl);
    }
    if (parameters != null) {
      builder.sslParameters(parameters);
    }
    this.client = builder.build();
  }

  private static ExecutorService callers() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        KEPT_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        DaemonThreads.named("statefun-remote-call"));
  }

  @Override
  public CompletableFuture<Response> post(Request request) {
    boolean secure = "https".equalsIgnoreCase(request.uri().getScheme());
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri())
            // Without TLS, HTTP/2 would be asked for by an upgrade, which few servers know.
            .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .header("Content-Type", OCTETS)
            .header("Accept", OCTETS);
    request.headers().forEach(builder::setHeader);
    Exchange exchange = exchanges.begin();
    if (!exchange.result().isDone()) {
      HttpRequest post = builder.POST(sending(request.body(), exchange)).build();
      bind(exchange, send(post, info -> receiving(info, exchange)));
    }
    return exchange.result();
  }

  private static void bind(Exchange exchange, CompletableFuture<HttpResponse<Void>> begun) {
    begun.whenComplete(
        (response, failure) -> {
          if (failure != null) {
            exchange.fail(failure);
          }
        });
    exchange
        .result()
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                boolean unused = begun.cancel(true);
              }
            });
  }

  private CompletableFuture<HttpResponse<Void>> send(
      HttpRequest request, HttpResponse.BodyHandler<Void> handler) {
    if (HAS_COMMON_POOL) {
      return client.sendAsync(request, handler);
    }
    CompletableFuture<HttpResponse<Void>> sent = new CompletableFuture<>();
    try {
      Future<?> call = callers.submit(() -> sendAndWait(request, handler, sent));
      sent.whenComplete(
          (response, failure) -> {
            if (sent.isCancelled()) {
              call.cancel(true);
            }
          });
    } catch (RejectedExecutionException e) {
      sent.completeExceptionally(new IOException(Exchanges.CLOSED, e));
    }
    return sent;
  }

  private void sendAndWait(
      HttpRequest request,
      HttpResponse.BodyHandler<Void> handler,
      CompletableFuture<HttpResponse<Void>> sent) {
    try {
      sent.complete(client.send(request, handler));
    } catch (Throwable failure) {
      sent.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    exchanges.close();
    callers.shutdownNow();
    threads.shutdownNow();
  }

  private static HttpRequest.BodyPublisher sending(byte[] body, Exchange exchange) {
    HttpRequest.BodyPublisher all = HttpRequest.BodyPublishers.ofByteArray(body);
    return HttpRequest.BodyPublishers.fromPublisher(
        subscriber -> all.subscribe(new Sending(subscriber, exchange)), Math.max(1, body.length));
  }

  private static HttpResponse.BodySubscriber<Void> receiving(
      HttpResponse.ResponseInfo info, Exchange exchange) {
    exchange.receiving(head(info));
    return new Receiving(exchange);
  }

  private static Exchange.Head head(HttpResponse.ResponseInfo info) {
    HttpHeaders headers = info.headers();
    return new Exchange.Head(
        info.statusCode(),
        headers.firstValue("content-type").orElse(null),
        headers.firstValue("retry-after").orElse(null),
        info.version() != HttpClient.Version.HTTP_1_1
            || headers.firstValue("content-length").isPresent()
            || headers.firstValue("transfer-encoding").isPresent());
  }

  /** Sees how the request is taken. */
  private static final class Sending implements Flow.Subscriber<ByteBuffer> {

    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final Exchange exchange;

    Sending(Flow.Subscriber<? super ByteBuffer> subscriber, Exchange exchange) {
      this.subscriber = subscriber;
      this.exchange = exchange;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      exchange.sending();
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer part) {
      exchange.sending();
      subscriber.onNext(part);
    }

    @Override
    public void onError(Throwable failure) {
      subscriber.onError(failure);
    }

    @Override
    public void onComplete() {
      exchange.sent();
      subscriber.onComplete();
    }
  }

  /**
   * Sees how the response comes. The exchange ends here, where the last byte comes: the client
   * itself would tell of it by another thread.
   */
  private static final class Receiving implements HttpResponse.BodySubscriber<Void> {

    private final Exchange exchange;
    private final CompletableFuture<Void> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    Receiving(Exchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public CompletionStage<Void> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        if (!exchange.received(part)) {
          leave();
          return;
        }
      }
    }

    private void leave() {
      if (subscription != null) {
        subscription.cancel();
      }
      body.complete(null);
    }

    @Override
    public void onError(Throwable failure) {
      exchange.fail(failure);
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(null);
      exchange.received();
    }
  }
}
