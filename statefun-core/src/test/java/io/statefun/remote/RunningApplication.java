/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.awaitility.Awaitility.await;

import io.statefun.engine.StateFunEngine;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.remote.endpoint.reference.BeanFunctions;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** An engine with functions behind endpoints, and what comes out of it. */
final class RunningApplication implements AutoCloseable {

  private static final int PATIENCE = 60;

  final List<TypedValue> sink = new CopyOnWriteArrayList<>();
  final List<Egress.Delivery> emitted = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final StateFunEngine engine;
  private volatile Duration ahead = Duration.ZERO;

  /** Takes whatever comes. */
  @StatefulFunction("ref/sink")
  static class Sink {

    private final List<TypedValue> received;

    Sink(List<TypedValue> received) {
      this.received = received;
    }

    @MessageHandler
    void on(TypedValue message) {
      received.add(message);
    }
  }

  /**
   * Starts an engine.
   *
   * @param beans the functions in it
   */
  RunningApplication(List<RemoteEndpoint> endpoints, List<Object> beans) {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    RemoteEndpoints remotes =
        new RemoteEndpoints(
            endpoints,
            endpoint ->
                new JdkHttpTransport(
                    endpoint.timeouts(), endpoint.limits().responseBytes(), null, null),
            InstantSource.system(),
            CallListener.NONE);
    Egress egress =
        batch -> {
          emitted.addAll(batch);
          return CompletableFuture.completedFuture(null);
        };
    StateFunEngine.Builder builder =
        StateFunEngine.builder("test")
            .partitions(4)
            .workers(2)
            .clock(() -> Instant.now().plus(ahead))
            .messageTypes(BeanFunctions.TYPES)
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend())
            .function(new Sink(sink))
            .egress("ref/out", egress)
            .egress("ref/kafka", egress)
            .remoteFunctions(remotes);
    beans.forEach(builder::function);
    engine = builder.build();
    opened.add(engine);
    opened.add(remotes);
    engine.start();
  }

  /** Lets so much time pass at once. */
  void pass(Duration time) {
    ahead = ahead.plus(time);
  }

  void send(String type, String id, Object message) {
    CompletableFuture<Void> unused = engine.send(Address.of(type, id), message);
  }

  /** Sends a message that is replied to, and waits until what it did is committed. */
  <T> T request(String type, String id, Object message, Class<T> reply) throws Exception {
    return engine.request(Address.of(type, id), message, reply).get(PATIENCE, TimeUnit.SECONDS);
  }

  static void until(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(PATIENCE)).until(condition);
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }
}
