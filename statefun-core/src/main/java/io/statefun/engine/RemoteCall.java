/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.trace.InvocationSpan;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A batch of messages with which an instance elsewhere is called, until it has handled them. Once
 * it is stored it stays as it is: each attempt has the same messages under the same id, also on
 * another node.
 */
final class RemoteCall {

  private static final int FORMAT = 0;

  final RemoteInstance instance;
  final String id;
  final List<Message> messages;

  /** Whether the state has it. */
  boolean stored;

  /** How often it has failed. */
  int failures;

  /** Why it has failed last; null if it has not. */
  @Nullable String cause;

  /** When it is tried again, in milliseconds. */
  long retryAt;

  /** When the attempt began whose end is awaited, in milliseconds. */
  long startedAt;

  /** That attempt; null if there is none. */
  @Nullable Future<?> attempt;

  /** What the attempt is in a trace; null if nobody follows it. */
  @Nullable InvocationSpan span;

  /** The names of the states that it was given. */
  Set<String> states = Set.of();

  RemoteCall(RemoteInstance instance, String id, List<Message> messages) {
    this.instance = instance;
    this.id = id;
    this.messages = messages;
  }

  /** Why it waits; null if it has not failed. */
  @Nullable Blockage blockage() {
    return cause == null ? null : Blockage.of(failures, retryAt, cause);
  }

  Address target() {
    return instance.address;
  }

  /** Notes which states it was given. */
  void gave(List<StateSpec> given) {
    if (given.size() != states.size()) {
      states = given.stream().map(StateSpec::name).collect(Collectors.toUnmodifiableSet());
    }
  }

  byte[] write() {
    ByteWriter out = new ByteWriter(256);
    out.writeByte(FORMAT).writeString(id);
    messages.forEach(message -> MessageCodec.write(out, message));
    return out.toByteArray();
  }

  static RemoteCall read(RemoteInstance instance, byte[] bytes) {
    ByteReader in = new ByteReader(bytes);
    NewerFormatException.check("A stored call of " + instance.address, in.readByte(), FORMAT);
    String id = in.readString();
    List<Message> messages = messages(in);
    RemoteCall call = new RemoteCall(instance, id, messages);
    call.stored = true;
    return call;
  }

  /** The messages of a stored call. */
  static List<Message> messages(byte[] bytes) {
    ByteReader in = new ByteReader(bytes);
    NewerFormatException.check("A stored call", in.readByte(), FORMAT);
    in.readString();
    return messages(in);
  }

  private static List<Message> messages(ByteReader in) {
    List<Message> messages = new ArrayList<>();
    while (in.hasRemaining()) {
      messages.add(MessageCodec.read(in));
    }
    return messages;
  }
}
