/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.snapshot.EpochReader;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shares out what the partitions of a savepoint hold among other ones, which may be more or fewer.
 * What belongs to an instance goes where the instance goes; order that counts is kept.
 *
 * <p>Numbers that partitions have given, as those of timers, stay in their order, and get distinct
 * from those of all other partitions: number <i>n</i> of partition <i>p</i> of <i>P</i> becomes
 * <i>nP + p</i>.
 */
final class Repartition {

  private final int oldCount;
  private final InstantSource clock;
  private final List<Target> targets = new ArrayList<>();
  private final Map<Position, byte[]> positions = new HashMap<>();
  private long highestNumber;
  private int old;

  /**
   * @param oldCount how many partitions the savepoint has
   * @param backend takes the state of the new ones; what it holds of them goes
   */
  Repartition(int oldCount, int newCount, StateBackend backend, InstantSource clock) {
    this.oldCount = oldCount;
    this.clock = clock;
    for (int partition = 0; partition < newCount; partition++) {
      StateBackend.PartitionStore store = backend.open(partition);
      store.clear();
      targets.add(new Target(store));
    }
  }

  /** Goes on with the next partition of the savepoint. */
  void begin(int partition) {
    old = partition;
  }

  /** How far ingresses were read, whoever read them. */
  Map<Position, byte[]> positions() {
    return positions;
  }

  /**
   * Where a split of an ingress was read up to.
   *
   * @param ingress the ingress
   * @param split the split's id
   */
  record Position(TypeName ingress, String split) {}

  // What a part has besides the state, which is to be taken first

  /** Takes the messages, positions and records of the partition. */
  EpochReader.Visitor rest() {
    return new EpochReader.Visitor() {

      @Override
      public void put(byte[] key, byte[] value) {
        entry(key, value);
      }

      @Override
      public void pending(byte[] stored) {
        PendingMessages one = new PendingMessages();
        one.read(stored);
        one.mailbox.forEach(message -> takeWaiting(message));
        one.outbox.forEach(message -> takeOutgoing(message));
        one.blocked.forEach(message -> target(message.target()).pending.blocked.add(message));
        one.remote.forEach(message -> target(message.target()).pending.remote.add(message));
      }

      @Override
      public void egress(byte[] stored) {
        takeRecord(stored);
      }
    };
  }

  /**
   * Takes a chunk of messages that were on their way to the partition, behind those in its mailbox.
   */
  void channel(byte[] chunk) {
    Chunks.unpack(chunk).forEach(this::takeWaiting);
  }

  private void takeWaiting(Message waiting) {
    Message message = Control.rerouted(waiting, targets.size());
    // Who waits for a reply is gone.
    if (!Requests.isReply(message.target())) {
      target(message.target()).pending.mailbox.add(message);
    }
  }

  /**
   * A sender's messages that wait to be sent go before those that it sends next, and those from
   * outside behind all that have left their outboxes already.
   */
  private void takeOutgoing(Message outgoing) {
    if (Requests.isReply(outgoing.target())) {
      return;
    }
    Message message = Control.rerouted(outgoing, targets.size());
    Address source = message.source();
    if (source == null || Requests.isReply(source)) {
      target(message.target()).fromOutside.add(message);
    } else {
      target(source).outbox.add(message);
    }
  }

  private void takeRecord(byte[] stored) {
    OutgoingRecord before = OutgoingRecord.read(old, stored);
    int partition = old % targets.size();
    if (before.egress().equals(RefusedRecords.EGRESS)) {
      targets
          .get(partition)
          .put(
              Keys.deadLetter(renumber(before.number())),
              DeadLetterEgress.asItWas(RefusedRecords.deadLetter(before, clock)).write());
      return;
    }
    targets
        .get(partition)
        .putAside(
            new OutgoingRecord(
                partition,
                renumber(before.number()),
                before.egress(),
                before.value(),
                before.key(),
                before.headers()));
  }

  // The state

  /** Takes an entry of the state. */
  void entry(byte[] key, byte[] value) {
    switch (Keys.kind(key)) {
      case ROW -> target(Keys.rowAddress(key)).put(key, value);
      case COLLECTION, BLOCKED, CALL, WAITING, KEYED_CALL ->
          target(Keys.owner(key)).put(key, value);
      case TOKEN -> target(Keys.owner(key)).put(key, renumberTimer(value));
      case REMINDER ->
          target(Keys.owner(key)).put(key, InstanceReminders.withTimer(value, this::renumberTimer));
      case AWAKEABLE -> {
        StoredAwakeable awakeable = StoredAwakeable.read(value);
        target(awakeable.owner()).put(key, awakeable.withTimer(this::renumberTimer).write());
      }
      case TIMER -> timer(key, value);
      case ASYNC ->
          target(MessageCodec.readAddress(new ByteReader(value)))
              .put(Keys.async(renumber(Keys.lastNumber(key))), value);
      case OUTBOX -> Chunks.unpack(value).forEach(this::takeOutgoing);
      case QUEUE ->
          Chunks.unpack(value).forEach(message -> target(message.target()).queue(message));
      case STATE_TYPE -> targets.forEach(target -> target.put(key, value));
      case POSITION -> positions.put(position(key), value);
      case DEAD_LETTER -> deadLetter(key, value);
      case PUT_ASIDE -> takeRecord(value);
      case GARBAGE -> target(Keys.owner(Keys.suffix(key, Keys.allGarbage()))).put(key, value);
      case COUNTERS -> highestNumber = Math.max(highestNumber, new ByteReader(value).readVarLong());
      case ACKNOWLEDGED, BACKLOG, SAVEPOINT -> {
        // Each partition begins anew with these.
      }
    }
  }

  private void timer(byte[] key, byte[] value) {
    Timers.Entry entry = Timers.Entry.read(value);
    Address source = entry.message().source();
    boolean ofSender = entry.kind() == Timers.Kind.MESSAGE && source != null;
    Address owner = ofSender ? Objects.requireNonNull(source) : entry.message().target();
    target(owner).put(renumberTimer(key), value);
  }

  private void deadLetter(byte[] key, byte[] value) {
    Address address = DeadLetter.read(value).target();
    Target target =
        address == null || Requests.isReply(address)
            ? targets.get(old % targets.size())
            : target(address);
    target.put(Keys.deadLetter(renumber(Keys.lastNumber(key))), value);
  }

  private static Position position(byte[] key) {
    ByteReader in = new ByteReader(key, 1, key.length - 1);
    return new Position(MessageCodec.name(in.readString()), in.readString());
  }

  private byte[] renumberTimer(byte[] key) {
    return Keys.timer(Keys.timerMillis(key), renumber(Keys.lastNumber(key)));
  }

  private long renumber(long number) {
    return Math.addExact(Math.multiplyExact(number, oldCount), old);
  }

  private Target target(Address address) {
    return targets.get(CallAddress.partition(address, targets.size()));
  }

  // The result

  /**
   * Ends the state of a new partition, as one of an epoch.
   *
   * @param more entries that it has besides
   * @return the messages that wait in it
   */
  PendingMessages end(int partition, long epoch, Map<byte[], byte[]> more) {
    Target target = targets.get(partition);
    more.forEach(target::put);
    target.end(renumber(highestNumber + 1), epoch);
    return target.pending;
  }

  /** A new partition. */
  private static final class Target {

    private final StateBackend.Batch batch;
    private final PendingMessages pending = new PendingMessages();
    private final List<Message> fromOutside = new ArrayList<>();
    private final Map<TypeName, Aside> asides =
        new TreeMap<>(Comparator.comparing(TypeName::toString));
    private final Map<TypeName, Chunks> queues = new HashMap<>();
    private final Chunks outbox;
    private long chunks;

    Target(StateBackend.PartitionStore store) {
      this.batch = store.newBatch();
      this.outbox =
          new Chunks(
              Scratch.inMemory(), chunk -> put(Keys.append(Keys.outbox(), chunks++), chunk.load()));
    }

    void put(byte[] key, byte[] value) {
      batch.put(key, value);
    }

    /** Puts a record that may not have arrived where its dispatcher finds it. */
    void putAside(OutgoingRecord outgoing) {
      Aside aside = asides.computeIfAbsent(outgoing.egress(), egress -> new Aside());
      ByteWriter stored = new ByteWriter(256);
      outgoing.write(stored);
      put(Keys.putAside(outgoing.egress(), aside.count++), stored.toByteArray());
      aside.newest = Math.max(aside.newest, outgoing.number());
    }

    /** Adds a message that waits for a function elsewhere. */
    void queue(Message message) {
      queues.computeIfAbsent(message.target().type(), this::newQueue).add(message);
    }

    private Chunks newQueue(TypeName function) {
      AtomicLong next = new AtomicLong();
      byte[] prefix = Keys.queue(function);
      return new Chunks(
          Scratch.inMemory(),
          chunk -> put(Keys.append(prefix, next.getAndIncrement()), chunk.load()));
    }

    void end(long counter, long epoch) {
      pending.mailbox.addAll(fromOutside);
      outbox.close();
      queues.values().forEach(Chunks::close);
      asides.forEach(
          (egress, aside) ->
              put(Keys.backlog(egress), EgressProgress.backlog(aside.newest, 0, aside.count)));
      put(Keys.counters(), new ByteWriter(10).writeVarLong(counter).toByteArray());
      batch.write(epoch);
      batch.close();
    }

    private static final class Aside {
      private long count;
      private long newest;
    }
  }
}
