/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import io.statefun.engine.StateFunEngine;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Lists savepoints, and, if it is allowed to, takes and deletes them. */
@Endpoint(id = "savepoints", defaultAccess = Access.READ_ONLY)
final class SavepointEndpoint {

  /** A caller over HTTP is not kept waiting for longer. */
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final StateFunEngine engine;
  private final SavepointStore store;
  private final Duration timeout;

  SavepointEndpoint(StateFunEngine engine, SavepointStore store, Duration timeout) {
    this.engine = engine;
    this.store = store;
    this.timeout = timeout;
  }

  @ReadOperation
  Descriptors savepoints() throws IOException {
    return new Descriptors(store.list().stream().map(Descriptor::of).toList());
  }

  @ReadOperation
  @Nullable Descriptor savepoint(@Selector long number) throws IOException {
    return store.find(number).map(Descriptor::of).orElse(null);
  }

  /** Takes a savepoint; answers 202 if it is not complete soon, and it is listed later. */
  @WriteOperation
  WebEndpointResponse<Object> take() throws IOException, InterruptedException {
    CompletableFuture<Savepoint> taken;
    try {
      taken = engine.savepoint(timeout);
    } catch (IllegalStateException e) {
      return failed(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, e);
    }
    try {
      return new WebEndpointResponse<>(
          Descriptor.of(taken.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS)));
    } catch (TimeoutException e) {
      return new WebEndpointResponse<>(
          new Problem("The savepoint is being taken; it is listed when it is complete."), 202);
    } catch (ExecutionException e) {
      return failed(WebEndpointResponse.STATUS_INTERNAL_SERVER_ERROR, e.getCause());
    }
  }

  private static WebEndpointResponse<Object> failed(int status, @Nullable Throwable cause) {
    return new WebEndpointResponse<>(
        new Problem(cause == null ? "unknown" : String.valueOf(cause.getMessage())), status);
  }

  @DeleteOperation
  WebEndpointResponse<Void> delete(@Selector long number) throws IOException {
    return new WebEndpointResponse<>(
        store.delete(number)
            ? WebEndpointResponse.STATUS_NO_CONTENT
            : WebEndpointResponse.STATUS_NOT_FOUND);
  }

  /** All savepoints, the oldest first. */
  record Descriptors(List<Descriptor> savepoints) {}

  /** A savepoint. */
  record Descriptor(
      long number,
      String application,
      Instant created,
      int partitions,
      long bytes,
      String request) {

    static Descriptor of(Savepoint savepoint) {
      return new Descriptor(
          savepoint.number(),
          savepoint.application(),
          savepoint.created(),
          savepoint.partitions(),
          savepoint.bytes(),
          savepoint.request());
    }
  }

  /** Why there is no savepoint yet. */
  record Problem(String message) {}
}
