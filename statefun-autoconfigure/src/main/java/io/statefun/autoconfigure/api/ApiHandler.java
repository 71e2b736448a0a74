/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpMethod;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.HttpRequestMethodNotSupportedException;

/**
 * Takes requests from the web server, and gives it the answers. No thread waits in between, and an
 * answer does not go through the filters and the dispatcher once more, which would take longer than
 * what a function does.
 */
final class ApiHandler implements HttpRequestHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

  /**
   * What fits into the buffer of every web server, so that writing it does not wait for who reads.
   */
  private static final int SMALL = 4_096;

  private final HttpMethod method;
  private final ApiProperties properties;
  private final Function<ApiRequest, ApiAnswer<?>> action;
  private final Function<Throwable, ApiResponse> failed;

  /**
   * @param action what answers; it may throw
   * @param failed makes an answer of what was thrown, or ended the answer
   */
  ApiHandler(
      HttpMethod method,
      ApiProperties properties,
      Function<ApiRequest, ApiAnswer<?>> action,
      Function<Throwable, ApiResponse> failed) {
    this.method = method;
    this.properties = properties;
    this.action = action;
    this.failed = failed;
  }

  @Override
  public void handleRequest(HttpServletRequest request, HttpServletResponse response)
      throws IOException, HttpRequestMethodNotSupportedException {
    if (!method.matches(request.getMethod())) {
      throw new HttpRequestMethodNotSupportedException(request.getMethod(), List.of(method.name()));
    }
    ApiAnswer<?> answer;
    try {
      answer = action.apply(new ApiRequest(request, (int) properties.maxBodySize().toBytes()));
    } catch (RuntimeException e) {
      write(response, failed.apply(e));
      return;
    }
    answerLater(request, response, answer);
  }

  private void answerLater(
      HttpServletRequest request, HttpServletResponse response, ApiAnswer<?> answer) {
    AsyncContext exchange = request.startAsync(request, response);
    exchange.setTimeout(properties.timeout().toMillis());
    exchange.addListener(new End(answer.source(), properties.timeout()));
    var unused =
        answer
            .response(failed, exchange::start)
            .thenAccept(done -> finish(exchange, response, done, answer.large()));
  }

  private static void finish(
      AsyncContext exchange, HttpServletResponse response, ApiResponse answer, boolean hasTime) {
    if (hasTime || answer.body().length <= SMALL) {
      writeLast(exchange, response, answer);
    } else {
      exchange.start(() -> writeLast(exchange, response, answer));
    }
  }

  private static void writeLast(
      AsyncContext exchange, HttpServletResponse response, ApiResponse answer) {
    try {
      write(response, answer);
      exchange.complete();
    } catch (IOException | IllegalStateException e) {
      LOG.debug("Nobody is there for an answer any more", e);
    }
  }

  private static void write(HttpServletResponse response, ApiResponse answer) throws IOException {
    response.setStatus(answer.status().value());
    response.setCharacterEncoding((String) null); // a filter may have set one
    answer.headers().forEach(response::setHeader);
    response.setContentLength(answer.body().length);
    response.getOutputStream().write(answer.body());
  }

  /** Ends what is waited for when the web server has waited long enough, or who asked has gone. */
  private record End(CompletableFuture<?> source, Duration timeout) implements AsyncListener {

    @Override
    public void onTimeout(AsyncEvent event) {
      source.completeExceptionally(new TimeoutException("No answer for " + timeout));
    }

    @Override
    public void onError(AsyncEvent event) {
      source.cancel(false);
    }

    @Override
    public void onComplete(AsyncEvent event) {
      // The answer has gone, or nobody was there.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // It began before this listened.
    }
  }
}
