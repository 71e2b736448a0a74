/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RemoteEndpointsTest {

  private static final RemoteEndpoint PAYMENT =
      RemoteEndpoint.of("billing/payment", "http://127.0.0.1:1/");
  private static final RemoteEndpoint USER =
      RemoteEndpoint.of("billing/user", "http://127.0.0.1:2/");

  private final List<Closeable> opened = new ArrayList<>();

  private static final class Closeable implements HttpTransport {

    private boolean closed;

    @Override
    public CompletableFuture<Response> post(Request request) {
      return new CompletableFuture<>();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private HttpTransport open(RemoteEndpoint endpoint) {
    if (endpoint == USER) {
      throw new IllegalStateException("no such bundle");
    }
    Closeable transport = new Closeable();
    opened.add(transport);
    return transport;
  }

  private RemoteEndpoints endpoints(RemoteEndpoint... endpoints) {
    return new RemoteEndpoints(
        List.of(endpoints), this::open, InstantSource.system(), CallListener.NONE);
  }

  @Test
  void twoEndpointsForTheSameFunctionsAreRefusedBeforeAnythingIsOpened() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> endpoints(PAYMENT, PAYMENT))
        .withMessage("There are two endpoints for billing/payment. Remove one of them");
    assertThat(opened).isEmpty();
  }

  @Test
  void whatWasOpenedIsClosedIfAnotherCannotBeOpened() {
    assertThatIllegalStateException().isThrownBy(() -> endpoints(PAYMENT, USER));
    assertThat(opened).extracting(transport -> transport.closed).containsExactly(true);
  }

  @Test
  void closingClosesAllThatWasOpened() {
    endpoints(PAYMENT).close();

    assertThat(opened).extracting(transport -> transport.closed).containsExactly(true);
  }
}
