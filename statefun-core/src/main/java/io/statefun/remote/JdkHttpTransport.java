/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Reaches endpoints with the HTTP client of the JDK: HTTP/1.1, and HTTP/2 where TLS offers it. */
public final class JdkHttpTransport implements HttpTransport {

  private static final int THREADS = 2;
  private static final int SUCCESS = 2;
  private static final int NO_CONTENT = 204;
  private static final String OCTETS = "application/octet-stream";
  private static final long KEPT_SECONDS = 10;

  /**
   * Whether the client can tell of responses by the common pool. On one processor or two there is
   * none, and it would start a thread for each response; then each call waits in a thread that is
   * kept for the next one, which takes a third of the time.
   */
  private static final boolean HAS_COMMON_POOL = ForkJoinPool.getCommonPoolParallelism() > 1;

  private static final String CLOSED = "the transport is closed";

  private final RemoteEndpoint.Timeouts timeouts;
  private final int maxResponseBytes;
  private final ExecutorService threads;
  private final ExecutorService callers;
  private final ScheduledExecutorService timer;
  private final HttpClient client;
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

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
    this.timeouts = timeouts;
    this.maxResponseBytes = maxResponseBytes;
    this.threads = Executors.newFixedThreadPool(THREADS, daemons("statefun-remote"));
    this.callers = callers();
    this.timer = timer();
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
        daemons("statefun-remote-call"));
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, daemons("statefun-remote-timer"));
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
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
    Exchange exchange = new Exchange();
    builder.POST(exchange.sending(request.body()));
    if (closed) {
      return CompletableFuture.failedFuture(new IOException(CLOSED));
    }
    return exchange.watch(send(builder.build(), exchange::receiving));
  }

  private CompletableFuture<HttpResponse<byte[]>> send(
      HttpRequest request, HttpResponse.BodyHandler<byte[]> handler) {
    if (HAS_COMMON_POOL) {
      return client.sendAsync(request, handler);
    }
    CompletableFuture<HttpResponse<byte[]>> sent = new CompletableFuture<>();
    try {
      Future<?> call = callers.submit(() -> sendAndWait(request, handler, sent));
      sent.whenComplete(
          (response, failure) -> {
            if (sent.isCancelled()) {
              call.cancel(true);
            }
          });
    } catch (RejectedExecutionException e) {
      sent.completeExceptionally(new IOException(CLOSED, e));
    }
    return sent;
  }

  private void sendAndWait(
      HttpRequest request,
      HttpResponse.BodyHandler<byte[]> handler,
      CompletableFuture<HttpResponse<byte[]>> sent) {
    try {
      sent.complete(client.send(request, handler));
    } catch (Throwable failure) {
      sent.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(exchange -> exchange.end(CLOSED));
    timer.shutdownNow();
    callers.shutdownNow();
    threads.shutdownNow();
  }

  /**
   * Whether there are no bytes where nothing has said that there are none. The end of a connection
   * that ends a response may as well be that of a server that has died; of other bytes, the reader
   * of the body sees whether they are all.
   */
  private static boolean isCutOff(HttpResponse.ResponseInfo info, int bytes) {
    return info.version() == HttpClient.Version.HTTP_1_1
        && bytes == 0
        && info.statusCode() / 100 == SUCCESS
        && info.statusCode() != NO_CONTENT
        && info.headers().firstValue("content-length").isEmpty()
        && info.headers().firstValue("transfer-encoding").isEmpty();
  }

  /** Some headers that make no sense fail the client in other ways than by I/O. */
  private static IOException ioException(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof IOException known
        ? known
        : new IOException("what came is not understood: " + cause, cause);
  }

  /** How far an exchange has come. */
  private enum Stage {
    CONNECTING("there was no connection"),
    SENDING("nothing was taken of the request"),
    RECEIVING("nothing was received of the response");

    private final String lacking;

    Stage(String lacking) {
      this.lacking = lacking;
    }
  }

  /** One request and its response, which must go on. */
  private final class Exchange {

    private final CompletableFuture<Response> result = new CompletableFuture<>();
    private final long begunAt = System.nanoTime();
    private volatile long movedAt = begunAt;
    private volatile Stage stage = Stage.CONNECTING;

    CompletableFuture<Response> watch(CompletableFuture<HttpResponse<byte[]>> begun) {
      open.add(this);
      ScheduledFuture<?> clock = watchTime();
      begun.whenComplete(
          (response, failure) -> {
            if (failure != null) {
              result.completeExceptionally(ioException(failure));
            }
          });
      result.whenComplete(
          (response, failure) -> {
            open.remove(this);
            if (clock != null) {
              clock.cancel(false);
            }
            if (failure != null) {
              boolean unused = begun.cancel(true);
            }
          });
      if (closed) {
        end(CLOSED);
      }
      return result;
    }

    void end(String why) {
      result.completeExceptionally(new IOException(why));
    }

    private @Nullable ScheduledFuture<?> watchTime() {
      long period = Math.max(1, shortest().toMillis() / 4);
      try {
        return timer.scheduleWithFixedDelay(
            () -> {
              String late = late();
              if (late != null) {
                end(late);
              }
            },
            period,
            period,
            TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // It was closed meanwhile, and the exchange ends as well.
        return null;
      }
    }

    private Duration shortest() {
      return Stream.of(timeouts.call(), timeouts.connect(), timeouts.read(), timeouts.write())
          .min(Duration::compareTo)
          .orElseThrow();
    }

    /** What has taken too long, or null if nothing has. */
    private @Nullable String late() {
      long now = System.nanoTime();
      if (now - begunAt > timeouts.call().toNanos()) {
        return "the call has taken longer than " + timeouts.call().toMillis() + " ms";
      }
      Stage reached = stage;
      Duration limit =
          switch (reached) {
            case CONNECTING -> timeouts.connect();
            case SENDING -> timeouts.write();
            case RECEIVING -> timeouts.read();
          };
      return now - movedAt > limit.toNanos()
          ? reached.lacking + " for " + limit.toMillis() + " ms"
          : null;
    }

    private void moved(Stage to) {
      movedAt = System.nanoTime();
      stage = to;
    }

    HttpRequest.BodyPublisher sending(byte[] body) {
      HttpRequest.BodyPublisher all = HttpRequest.BodyPublishers.ofByteArray(body);
      return HttpRequest.BodyPublishers.fromPublisher(
          subscriber -> all.subscribe(new Sending(subscriber)), Math.max(1, body.length));
    }

    HttpResponse.BodySubscriber<byte[]> receiving(HttpResponse.ResponseInfo info) {
      moved(Stage.RECEIVING);
      return new Receiving(info);
    }

    /** Sees how the request is taken. */
    private final class Sending implements Flow.Subscriber<ByteBuffer> {

      private final Flow.Subscriber<? super ByteBuffer> subscriber;

      Sending(Flow.Subscriber<? super ByteBuffer> subscriber) {
        this.subscriber = subscriber;
      }

      @Override
      public void onSubscribe(Flow.Subscription subscription) {
        moved(Stage.SENDING);
        subscriber.onSubscribe(subscription);
      }

      @Override
      public void onNext(ByteBuffer part) {
        moved(Stage.SENDING);
        subscriber.onNext(part);
      }

      @Override
      public void onError(Throwable failure) {
        subscriber.onError(failure);
      }

      @Override
      public void onComplete() {
        moved(Stage.RECEIVING);
        subscriber.onComplete();
      }
    }

    /**
     * Gathers the response, as far as it is taken. The exchange ends here, where the last byte
     * comes: the client itself would tell of it by another thread.
     */
    private final class Receiving implements HttpResponse.BodySubscriber<byte[]> {

      private final HttpResponse.ResponseInfo info;
      private final ByteArrayOutputStream received = new ByteArrayOutputStream();
      private final CompletableFuture<byte[]> body = new CompletableFuture<>();
      private Flow.@Nullable Subscription subscription;

      Receiving(HttpResponse.ResponseInfo info) {
        this.info = info;
      }

      @Override
      public CompletionStage<byte[]> getBody() {
        return body;
      }

      @Override
      public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
      }

      @Override
      public void onNext(List<ByteBuffer> parts) {
        moved(Stage.RECEIVING);
        for (ByteBuffer part : parts) {
          if (received.size() + (long) part.remaining() > maxResponseBytes) {
            refuse();
            return;
          }
          byte[] bytes = new byte[part.remaining()];
          part.get(bytes);
          received.writeBytes(bytes);
        }
      }

      private void refuse() {
        if (subscription != null) {
          subscription.cancel();
        }
        // Of a failure the body does not count.
        if (info.statusCode() / 100 == SUCCESS) {
          fail(
              new OversizedResponseException(
                  "the response has more than " + maxResponseBytes + " bytes"));
        } else {
          end();
        }
      }

      @Override
      public void onError(Throwable failure) {
        fail(ioException(failure));
      }

      private void fail(IOException failure) {
        result.completeExceptionally(failure);
        body.completeExceptionally(failure);
      }

      @Override
      public void onComplete() {
        end();
      }

      private void end() {
        if (isCutOff(info, received.size())) {
          fail(new IOException("the response ended before anything of it had come"));
          return;
        }
        byte[] bytes = received.toByteArray();
        body.complete(bytes);
        result.complete(
            new Response(
                info.statusCode(),
                info.headers().firstValue("content-type").orElse(null),
                info.headers().firstValue("retry-after").orElse(null),
                bytes));
      }
    }
  }
}
