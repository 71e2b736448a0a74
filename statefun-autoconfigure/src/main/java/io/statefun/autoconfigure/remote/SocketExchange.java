/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.statefun.remote.Exchange;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Tells an exchange how a request of Jetty's client goes on, and ends the request with it. */
final class SocketExchange implements Request.Listener, Response.Listener {

  private final Request request;
  private final Exchange exchange;
  private volatile boolean sent;
  private volatile boolean over;

  SocketExchange(Request request, Exchange exchange) {
    this.request = request;
    this.exchange = exchange;
  }

  void send() {
    exchange.result().whenComplete((response, failure) -> endRequest());
    try {
      request.onRequestListener(this).send(this);
    } catch (RuntimeException e) {
      // The client has ended meanwhile.
      over = true;
      exchange.fail(e);
    }
  }

  private void endRequest() {
    if (!over) {
      abort();
    }
  }

  private void abort() {
    CompletableFuture<Boolean> unused =
        request.abort(new IOException("nothing more of the exchange is wanted"));
  }

  @Override
  public void onBegin(Request begun) {
    exchange.sending();
  }

  @Override
  public void onContent(Request begun, ByteBuffer part) {
    exchange.sending();
  }

  @Override
  public void onSuccess(Request taken) {
    sent = true;
    exchange.sent();
  }

  @Override
  public void onHeaders(Response response) {
    HttpFields headers = response.getHeaders();
    exchange.receiving(
        new Exchange.Head(
            response.getStatus(),
            headers.get(HttpHeader.CONTENT_TYPE),
            headers.get(HttpHeader.RETRY_AFTER),
            headers.contains(HttpHeader.CONTENT_LENGTH)
                || headers.contains(HttpHeader.TRANSFER_ENCODING)));
  }

  @Override
  public void onContent(Response response, ByteBuffer part) {
    boolean unused = exchange.received(part);
  }

  @Override
  public void onSuccess(Response response) {
    // Who has answered already may take nothing more of the request.
    if (!sent) {
      abort();
    }
  }

  /** Comes last, when the connection is free again. */
  @Override
  public void onComplete(Result result) {
    over = true;
    Throwable failure = result.getResponseFailure();
    if (failure == null) {
      exchange.received();
    } else {
      exchange.fail(explained(failure));
    }
  }

  /** Jetty's client says where there is no connection, and leaves it to the cause to say why. */
  private static Throwable explained(Throwable failure) {
    return failure instanceof SocketException && failure.getCause() instanceof SocketException why
        ? new SocketException(failure.getMessage() + ": " + why.getMessage())
        : failure;
  }
}
