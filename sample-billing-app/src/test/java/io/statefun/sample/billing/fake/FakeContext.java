/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.fake;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.Reminders;
import io.statefun.message.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Keeps what handlers do, in lists. The same one may be used for several messages in turn. */
public final class FakeContext implements Context {

  /** The caller of every message. */
  public static final Address CALLER = Address.of("test/caller", "1");

  private final Address self;
  private final List<Sent> sent = new ArrayList<>();
  private final List<Delayed> delayed = new ArrayList<>();
  private final List<EgressRecord> egress = new ArrayList<>();
  private final List<CancellationToken> cancelled = new ArrayList<>();
  private Instant now;

  /** A message that was sent at once. */
  public record Sent(Address to, Object message) {}

  /** A message that was sent for later. */
  public record Delayed(
      Instant time, Address to, Object message, @Nullable CancellationToken token) {}

  public FakeContext(Address self, Instant now) {
    this.self = self;
    this.now = now;
  }

  public void setNow(Instant newNow) {
    now = newNow;
  }

  /** The messages of a type that were sent at once. */
  public <T> List<T> sent(Class<T> type) {
    return sent.stream().map(Sent::message).filter(type::isInstance).map(type::cast).toList();
  }

  /** The messages that were sent at once. */
  public List<Sent> sent() {
    return sent;
  }

  /** The messages that wait. */
  public List<Delayed> delayed() {
    return delayed;
  }

  /** The messages of a type that wait. */
  public <T> List<T> delayed(Class<T> type) {
    return delayed.stream().map(Delayed::message).filter(type::isInstance).map(type::cast).toList();
  }

  /** The records for egresses. */
  public List<EgressRecord> egress() {
    return egress;
  }

  /** What was cancelled, in order. */
  public List<CancellationToken> cancelled() {
    return cancelled;
  }

  @Override
  public Address self() {
    return self;
  }

  @Override
  public Map<String, byte[]> headers() {
    return Map.of();
  }

  @Override
  public Address caller() {
    return CALLER;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void send(Address to, Object message) {
    sent.add(new Sent(to, message));
  }

  @Override
  public void sendAt(Instant time, Address to, Object message) {
    delayed.add(new Delayed(time, to, message, null));
  }

  @Override
  public void sendAt(Instant time, Address to, Object message, CancellationToken token) {
    if (delayed.stream().anyMatch(other -> token.equals(other.token()))) {
      throw new IllegalStateException("A message waits under " + token);
    }
    delayed.add(new Delayed(time, to, message, token));
  }

  @Override
  public void cancel(CancellationToken token) {
    cancelled.add(token);
    delayed.removeIf(other -> token.equals(other.token()));
  }

  @Override
  public Reminders reminders() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void egress(EgressRecord egressRecord) {
    egress.add(egressRecord);
  }

  @Override
  public void async(Object request, CompletionStage<?> operation) {
    throw new UnsupportedOperationException();
  }
}
