/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures what is done with a snapshot store. */
public final class MeasuredSnapshotStore implements SnapshotStore {

  private final SnapshotStore store;
  private final Map<Operation, Timer> successes;
  private final Map<Operation, Timer> failures;
  private final Counter written;
  private final Counter read;

  /**
   * Registers the meters.
   *
   * @param store does what is measured; closed with this one
   */
  public MeasuredSnapshotStore(SnapshotStore store, MeterRegistry registry) {
    this.store = store;
    this.successes = timers("success", registry);
    this.failures = timers("failure", registry);
    this.written = bytes("create", registry);
    this.read = bytes("read", registry);
  }

  private static Map<Operation, Timer> timers(String outcome, MeterRegistry registry) {
    return Stream.of(Operation.values())
        .collect(
            Collectors.toMap(
                operation -> operation,
                operation ->
                    Timer.builder("statefun.store.operations")
                        .description("The time that operations of the snapshot store take")
                        .tag("operation", operation.name().toLowerCase(Locale.ROOT))
                        .tag("outcome", outcome)
                        .register(registry)));
  }

  private static Counter bytes(String operation, MeterRegistry registry) {
    return Counter.builder("statefun.store.bytes")
        .description("The size of what was written into the snapshot store, and read from it")
        .baseUnit(BaseUnits.BYTES)
        .tag("operation", operation)
        .register(registry);
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    boolean created = measure(Operation.CREATE, () -> store.create(name, content));
    if (created) {
      written.increment(content.length());
    }
    return created;
  }

  @Override
  public long size(String name) throws IOException {
    return measure(Operation.SIZE, () -> store.size(name));
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    byte[] content = measure(Operation.READ, () -> store.read(name, offset, length));
    read.increment(content.length);
    return content;
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    return measure(Operation.LIST, () -> store.list(prefix));
  }

  @Override
  public void delete(String name) throws IOException {
    boolean unused =
        measure(
            Operation.DELETE,
            () -> {
              store.delete(name);
              return true;
            });
  }

  private <T> T measure(Operation operation, Call<T> call) throws IOException {
    long begun = System.nanoTime();
    Map<Operation, Timer> outcome = failures;
    try {
      T result = call.make();
      outcome = successes;
      return result;
    } finally {
      Objects.requireNonNull(outcome.get(operation))
          .record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  @Override
  public String toString() {
    return store.toString();
  }

  private enum Operation {
    CREATE,
    SIZE,
    READ,
    LIST,
    DELETE
  }

  private interface Call<T> {

    T make() throws IOException;
  }
}
