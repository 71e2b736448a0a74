/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.engine.Invocation;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.Reminders;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An invocation whose states can be told apart, but do nothing. */
final class FakeInvocation implements Invocation {

  static final Address SELF = Address.of("test/function", "i1");

  private final TypedValue message;
  private final @Nullable AsyncEnd asyncEnd;
  private final FakeContext context = new FakeContext();

  /** What the context has sent. */
  final List<Object> sent = new ArrayList<>();

  @Nullable Address caller;

  FakeInvocation(TypedValue message, @Nullable AsyncEnd asyncEnd) {
    this.message = message;
    this.asyncEnd = asyncEnd;
  }

  @Override
  public Context context() {
    return context;
  }

  @Override
  public TypedValue message() {
    return message;
  }

  @Override
  public @Nullable AsyncEnd asyncEnd() {
    return asyncEnd;
  }

  @Override
  public ValueState<?> value(int slot) {
    return named(ValueState.class, "value " + slot);
  }

  @Override
  public ListState<?> list(int slot) {
    return named(ListState.class, "list " + slot);
  }

  @Override
  public MapState<?, ?> map(int slot) {
    return named(MapState.class, "map " + slot);
  }

  private static <T> T named(Class<T> type, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> name));
  }

  private final class FakeContext implements Context {

    @Override
    public Address self() {
      return SELF;
    }

    @Override
    public Map<String, byte[]> headers() {
      return Map.of();
    }

    @Override
    public @Nullable Address caller() {
      return caller;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public void send(Address to, Object message) {
      sent.add(message);
    }

    @Override
    public void sendAt(Instant time, Address to, Object message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sendAt(Instant time, Address to, Object message, CancellationToken token) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void cancel(CancellationToken token) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Reminders reminders() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void egress(EgressRecord egressRecord) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void async(Object request, CompletionStage<?> operation) {
      throw new UnsupportedOperationException();
    }
  }
}
