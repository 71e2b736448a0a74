/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.engine.FailurePolicy;
import io.statefun.engine.RemoteBatch;
import io.statefun.engine.RemoteFunction;
import io.statefun.engine.RemoteFunctions;
import io.statefun.engine.RemoteReply;
import io.statefun.message.TypeName;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The functions of an application that run behind endpoints. An endpoint that names a function is
 * preferred to one for its whole namespace. Used by several threads.
 */
public final class RemoteEndpoints implements RemoteFunctions, AutoCloseable {

  private final Map<TypeName, EndpointCaller> byType = new LinkedHashMap<>();
  private final Map<String, EndpointCaller> byNamespace = new LinkedHashMap<>();
  private final ScheduledExecutorService timer;
  private final List<HttpTransport> opened = new ArrayList<>();

  /**
   * @param endpoints how functions are called
   * @param transports makes the transport of an endpoint, which is closed with this object
   * @param clock tells when requests are signed
   * @param listener hears how endpoints do
   * @throws IllegalArgumentException if two endpoints are for the same functions
   */
  public RemoteEndpoints(
      Collection<RemoteEndpoint> endpoints,
      Function<RemoteEndpoint, HttpTransport> transports,
      InstantSource clock,
      CallListener listener) {
    requireDistinct(endpoints);
    this.timer = new ScheduledThreadPoolExecutor(1, RemoteEndpoints::daemon);
    try {
      for (RemoteEndpoint endpoint : endpoints) {
        HttpTransport transport = transports.apply(endpoint);
        opened.add(transport);
        add(endpoint, new EndpointCaller(endpoint, transport, timer, clock, listener));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void requireDistinct(Collection<RemoteEndpoint> endpoints) {
    Set<String> functions = new HashSet<>();
    for (RemoteEndpoint endpoint : endpoints) {
      if (!functions.add(endpoint.functions())) {
        throw new IllegalArgumentException(
            "There are two endpoints for " + endpoint.functions() + ". Remove one of them");
      }
    }
  }

  private void add(RemoteEndpoint endpoint, EndpointCaller caller) {
    TypeName function = endpoint.function();
    if (function == null) {
      byNamespace.put(endpoint.namespace(), caller);
    } else {
      byType.put(function, caller);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "statefun-remote-retry");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public Collection<RemoteFunction> named() {
    return byType.entrySet().stream()
        .map(entry -> (RemoteFunction) new Behind(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public boolean hasNamespaces() {
    return !byNamespace.isEmpty();
  }

  @Override
  public Collection<String> namespaces() {
    return List.copyOf(byNamespace.keySet());
  }

  @Override
  public @Nullable RemoteFunction find(TypeName type) {
    EndpointCaller caller = byNamespace.get(type.namespace());
    return caller == null ? null : new Behind(type, caller);
  }

  /** How each endpoint does. */
  public List<Status> status() {
    return Stream.concat(byType.values().stream(), byNamespace.values().stream())
        .map(EndpointCaller::status)
        .toList();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    opened.forEach(HttpTransport::close);
  }

  /**
   * How an endpoint does.
   *
   * @param endpoint its name
   * @param failures how many attempts in a row did not get through, counted in the order in which
   *     they began
   * @param lastFailure why the last one has not; null if it has
   */
  public record Status(String endpoint, int failures, @Nullable String lastFailure) {}

  /** A function behind an endpoint. */
  private record Behind(TypeName type, EndpointCaller caller) implements RemoteFunction {

    @Override
    public FailurePolicy failurePolicy() {
      return caller.endpoint().failurePolicy();
    }

    @Override
    public int maxBatchSize() {
      return caller.endpoint().limits().batchSize();
    }

    @Override
    public boolean afterCommit() {
      return caller.endpoint().afterCommit();
    }

    @Override
    public long maxWaitingBytes() {
      return caller.endpoint().limits().waitingBytes();
    }

    @Override
    public CompletionStage<RemoteReply> call(RemoteBatch batch) {
      return caller.call(type, batch);
    }
  }
}
