/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.EgressRecord;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a split on behalf of the partition that keeps its position. What the split hands over of a
 * record counts when {@link Ingress.Split#poll} has returned; if it throws, nothing of it does, and
 * the split is asked again after a pause. Belongs to one worker.
 */
final class IngressReader implements Ingress.Collector {

  private static final Logger LOG = LoggerFactory.getLogger(IngressReader.class);

  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  /** After how long it looks again whether less waits for a function, in milliseconds. */
  private static final long HELD_UP = 20;

  private final Ingress ingress;
  private final Ingress.Split split;
  private final Partition owner;
  private final NodeServices node;
  private final Outflow outflow;
  private final byte[] key;
  private final boolean inLog;
  private final List<Message> messages = new ArrayList<>();
  private final List<EgressRecord> records = new ArrayList<>();
  private @Nullable DeadLetter rejected;
  private boolean moved;
  private long notBefore = Long.MIN_VALUE;

  /** A function to which it has sent when too much waited for that; null if there is none. */
  private @Nullable FunctionLoad full;

  private volatile int failures;

  /**
   * @param outflow counts what it hands over
   */
  IngressReader(
      Ingress ingress, Ingress.Split split, Partition owner, NodeServices node, Outflow outflow) {
    this.ingress = ingress;
    this.split = split;
    this.owner = owner;
    this.node = node;
    this.outflow = outflow;
    this.inLog = ingress.positionsInLog();
    this.key = Keys.position(ingress.name(), split.id());
  }

  TypeName name() {
    return ingress.name();
  }

  /** The partition that reads the split. */
  Partition owner() {
    return owner;
  }

  /** How often in a row the split has thrown. Called by any thread. */
  int failures() {
    return failures;
  }

  /**
   * Goes to the stored position. If the message log keeps positions, it knows them already, and the
   * first one must be committed even if nothing is read.
   */
  void open(Runnable wakeUp) {
    split.open(inLog ? null : owner.overlay.get(key), wakeUp);
    moved = inLog;
  }

  /**
   * Adds the position to an epoch that ends, if records were read in it, or if it is the last
   * before a savepoint.
   */
  void storePosition(EpochPart ended) {
    if (moved || ended.savepoint > 0) {
      byte[] position = split.position();
      if (!inLog) {
        owner.overlay.put(key, position);
      }
      ended.positions.add(new EpochPart.SplitPosition(owner.index, name(), split, position, inLog));
      moved = false;
    }
  }

  /** When the split is asked again, in milliseconds, or never if it need not be. */
  long nextAttempt() {
    if (full != null) {
      return node.clock().millis() + HELD_UP;
    }
    return failures == 0 ? Long.MAX_VALUE : notBefore;
  }

  /**
   * Reads some records.
   *
   * @param sender takes their messages, which the owner sends
   * @return whether there were any
   */
  boolean read(int limit, BiConsumer<Partition, Message> sender) {
    if (isHeldUp()
        || !owner.outbox.isEmpty()
        || failures > 0 && node.clock().millis() < notBefore) {
      return false;
    }
    int count = 0;
    while (count < limit && full == null && poll()) {
      handOver(sender);
      count++;
    }
    return count > 0;
  }

  /** Whether it is read no further, as too much waits for a function. */
  boolean waits() {
    return full != null;
  }

  private boolean isHeldUp() {
    FunctionLoad last = full;
    if (last != null && !last.holdsUp()) {
      full = null;
    }
    return full != null;
  }

  private boolean poll() {
    boolean any;
    try {
      any = split.poll(this);
    } catch (RuntimeException failure) {
      messages.clear();
      records.clear();
      rejected = null;
      pause(failure);
      return false;
    }
    if (failures > 0) {
      failures = 0;
      LOG.info("Ingress {} can be read again at split {}", ingress.name(), split.id());
    }
    return any;
  }

  private void pause(RuntimeException failure) {
    int inARow = failures + 1;
    failures = inARow;
    long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(inARow - 1, 20));
    notBefore = node.clock().millis() + pause;
    LOG.warn(
        "Ingress {} could not be read at split {}, attempt {}; next one in {} ms",
        ingress.name(),
        split.id(),
        inARow,
        pause,
        failure);
  }

  private void handOver(BiConsumer<Partition, Message> sender) {
    moved = true;
    for (Message message : messages) {
      outflow.sent(message.target().type(), 1);
      sender.accept(owner, message);
      FunctionType target = node.functions().get(message.target().type());
      if (target != null && target.load.holdsUp()) {
        full = target.load;
      }
    }
    messages.clear();
    for (EgressRecord emitted : records) {
      outflow.emitted(emitted.egress());
      owner.emit(
          new OutgoingRecord(
              owner.index,
              owner.nextNumber(),
              emitted.egress(),
              node.messageTypes().wrap(emitted.value()),
              emitted.key(),
              emitted.headers()));
    }
    records.clear();
    if (rejected != null) {
      owner.addDeadLetter(rejected);
      node.functions().meter(null).deadLetter();
      rejected = null;
    }
  }

  @Override
  public void send(Address target, TypedValue message, Map<String, byte[]> headers) {
    messages.add(new Message(node.functions().stored(target), null, message, null, headers));
  }

  @Override
  public void emit(EgressRecord emitted) {
    if (!node.hasEgress(emitted.egress())) {
      throw new IllegalArgumentException(
          "There is no egress '"
              + emitted.egress()
              + "', to which ingress "
              + ingress.name()
              + " gives a record. Known: "
              + node.egressNames());
    }
    records.add(emitted);
  }

  @Override
  public void reject(String origin, TypedValue raw, Throwable cause) {
    LOG.warn("A record of {} at {} is rejected: {}", ingress.name(), origin, cause.toString());
    messages.clear();
    records.clear();
    rejected =
        new DeadLetter(
            null, null, raw, origin, DeadLetter.describe(cause), node.clock().instant(), Map.of());
  }
}
