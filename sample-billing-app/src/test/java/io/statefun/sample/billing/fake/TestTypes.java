/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.fake;

import io.statefun.function.EgressRecord;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Message types whose values never become bytes, and a collector that takes them out again. */
public final class TestTypes {

  private TestTypes() {}

  /** A type whose values are handed over as they are. */
  public static <T> MessageType<T> of(Class<T> javaType) {
    return new InMemory<>(TypeName.of("test", javaType.getName()), javaType);
  }

  private record InMemory<T>(TypeName typeName, Class<T> javaType) implements MessageType<T> {

    @Override
    public byte[] serialize(T value) {
      throw new SerializationException("Not in a test", null);
    }

    @Override
    public T deserialize(byte[] bytes) {
      throw new SerializationException("Not in a test", null);
    }

    @Override
    public boolean immutable() {
      return true;
    }

    @Override
    public boolean total() {
      return true;
    }
  }

  /** Keeps what an ingress hands over. */
  public static final class Collected<T> implements Ingress.Collector {

    private final MessageType<T> type;
    private final List<Address> targets = new ArrayList<>();
    private final List<T> messages = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();

    public Collected(MessageType<T> type) {
      this.type = type;
    }

    @Override
    public void send(Address target, TypedValue message, Map<String, byte[]> headers) {
      targets.add(target);
      messages.add(message.as(type));
    }

    @Override
    public void emit(EgressRecord emitted) {
      throw new UnsupportedOperationException("No ingress of the sample emits");
    }

    @Override
    public void reject(String origin, TypedValue raw, Throwable cause) {
      rejected.add(origin);
    }

    public List<Address> targets() {
      return targets;
    }

    public List<T> messages() {
      return messages;
    }

    public List<String> rejected() {
      return rejected;
    }
  }
}
