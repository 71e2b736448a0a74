/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochOutput;
import io.statefun.cluster.TransactionLog;
import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.FencedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log with transactions as Kafka has them, shared by all processes that ever lived. A group's
 * generation says which process owns the partitions; offsets of a transaction are refused under an
 * older generation, and pending until their transaction ends; a transaction that was asked to
 * commit commits, whether or not the answer arrives; one whose process is gone ends when somebody
 * waits for it.
 */
final class SimulatedLog {

  /** Multiples of this number are refused, whoever sends them. */
  static final int REFUSED = 7;

  private static final double FAULT_RATE = 0.04;
  private static final MessageType<Long> NUMBER = MessageTypes.standard().forClass(Long.class);

  private final Random random;
  private final @Nullable Defect defect;
  private final BooleanSupplier calm;
  private final Consumer<String> mayCrash;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Transaction> open = new ArrayList<>();
  private final Map<String, byte[]> positions = new HashMap<>();
  private final Map<Integer, String> references = new HashMap<>();
  private @Nullable Client owner;
  private int generation;

  /**
   * @param calm whether nothing may fail any more
   * @param mayCrash lets the process die
   */
  SimulatedLog(
      Random random, @Nullable Defect defect, BooleanSupplier calm, Consumer<String> mayCrash) {
    this.random = random;
    this.defect = defect;
    this.calm = calm;
    this.mayCrash = mayCrash;
  }

  /** Ways to break the log on purpose. */
  enum Defect {
    /** Whoever was the owner once may commit. */
    NO_GENERATIONS,
    /** The committed reference and offsets are told though a transaction is open. */
    UNSTABLE_OFFSETS,
    /** A transaction may be aborted though the answer says that it is committed. */
    LOST_COMMIT,
    /** What has begun is committed at once, before anybody asks for it. */
    EARLY_COMMIT
  }

  /** A new process takes the partitions over. */
  Client join() {
    generation++;
    Client client = new Client();
    owner = client;
    return client;
  }

  /** The group gets another generation now and then, of which its members hear when they ask. */
  void pass() {
    if (!calm.getAsBoolean() && random.nextInt(500) == 0) {
      generation++;
    }
    if (owner != null && random.nextInt(50) == 0) {
      owner.known = generation;
    }
  }

  byte @Nullable [] position(String split) {
    return positions.get(split);
  }

  /** The records that a consumer sees who reads committed ones only. */
  List<Egress.Delivery> committed() {
    return entries.stream()
        .filter(entry -> entry.transaction().state == State.COMMITTED)
        .map(Entry::delivery)
        .toList();
  }

  private boolean strikes() {
    return !calm.getAsBoolean() && random.nextDouble() < FAULT_RATE;
  }

  private void end(Transaction transaction) {
    if (open.remove(transaction)) {
      boolean commits = transaction.state == State.DECIDED && !lost();
      transaction.state = commits ? State.COMMITTED : State.ABORTED;
      if (commits) {
        references.putAll(transaction.references);
        transaction.positions.forEach(
            position -> positions.put(position.split(), position.position()));
      }
    }
  }

  private boolean lost() {
    return defect == Defect.LOST_COMMIT && random.nextInt(4) == 0;
  }

  private enum State {
    ONGOING,
    /** The coordinator has decided to commit, and not told it everywhere. */
    DECIDED,
    COMMITTED,
    ABORTED
  }

  private record Entry(Egress.Delivery delivery, Transaction transaction) {}

  private static final class Transaction {

    private State state = State.ONGOING;
    private Map<Integer, String> references = Map.of();
    private List<EpochOutput.Position> positions = List.of();
  }

  /** The log as one process sees it. */
  final class Client implements TransactionLog {

    private int known = generation;
    private @Nullable Transaction current;

    /** Why what has begun cannot be committed, of which its owner hears later. */
    private @Nullable Exception failure;

    @Override
    public Map<Integer, String> references(Set<Integer> partitions) throws IOException {
      fail("the coordinator does not answer");
      if (defect != Defect.UNSTABLE_OFFSETS) {
        List.copyOf(open).stream()
            .filter(transaction -> !transaction.references.isEmpty())
            .forEach(SimulatedLog.this::end);
      }
      Map<Integer, String> found = new HashMap<>(references);
      found.keySet().retainAll(partitions);
      return found;
    }

    @Override
    public void reset() throws IOException {
      fail("the producer cannot be made anew");
      failure = null;
      if (current != null) {
        end(current);
        current = null;
      }
    }

    @Override
    public void begin(Map<Integer, String> newReferences, EpochOutput output) throws IOException {
      if (current != null || failure != null) {
        throw new IllegalStateException("a transaction was left open, and not reset");
      }
      if (strikes()) {
        throw new AbortedException("no coordinator", null);
      }
      Transaction transaction = new Transaction();
      current = transaction;
      open.add(transaction);
      try {
        send(transaction, output.records());
        checkGeneration();
        transaction.references = newReferences;
        transaction.positions = output.positions();
        mayCrash.accept("with offsets sent");
        fail("the connection is lost before the answer to the offsets");
      } catch (IOException | RefusedRecordsException e) {
        failure = e;
      }
      if (defect == Defect.EARLY_COMMIT) {
        transaction.state = State.DECIDED;
        end(transaction);
      }
    }

    @Override
    public void commit() throws IOException, RefusedRecordsException {
      Transaction transaction = prepared();
      pass();
      if (strikes()) {
        end(transaction);
      }
      fail("the connection is lost before the commit is asked for");
      if (transaction.state == State.ONGOING) {
        transaction.state = State.DECIDED;
      }
      mayCrash.accept("with the commit decided");
      fail("the answer is lost before the end is told");
      end(transaction);
      fail("the answer is lost");
      if (transaction.state != State.COMMITTED && defect != Defect.LOST_COMMIT) {
        throw new IOException("the producer is fenced");
      }
      current = null;
    }

    private Transaction prepared() throws IOException, RefusedRecordsException {
      Exception failed = failure;
      failure = null;
      if (failed instanceof IOException lost) {
        throw lost;
      } else if (failed instanceof RefusedRecordsException refused) {
        throw refused;
      }
      return java.util.Objects.requireNonNull(current, "no transaction has begun");
    }

    @Override
    public void abort() throws IOException {
      try {
        prepared();
      } catch (AbortedException | RefusedRecordsException e) {
        return;
      }
      fail("the answer to the abort is lost");
      giveUp();
    }

    private void send(Transaction transaction, List<Egress.Delivery> records)
        throws IOException, RefusedRecordsException {
      Map<Integer, Throwable> refused = new HashMap<>();
      int trouble = random.nextInt(records.size() + 1);
      for (int i = 0; i < records.size(); i++) {
        if (i == trouble) {
          fail("the connection is lost while records are sent");
          mayCrash.accept("while records are sent");
        }
        if (records.get(i).value().as(NUMBER) % REFUSED == 0) {
          refused.put(i, new IOException("too large"));
        } else {
          entries.add(new Entry(records.get(i), transaction));
        }
      }
      if (!refused.isEmpty()) {
        giveUp();
        throw new RefusedRecordsException(refused);
      }
    }

    private void checkGeneration() throws IOException {
      if (known == generation || defect == Defect.NO_GENERATIONS) {
        return;
      }
      giveUp();
      if (owner != this && random.nextBoolean()) {
        throw new FencedException(0);
      }
      throw new AbortedException("the group has another generation", null);
    }

    private void giveUp() {
      if (current != null) {
        end(current);
        current = null;
      }
    }

    private void fail(String how) throws IOException {
      if (strikes()) {
        throw new IOException(how);
      }
    }
  }
}
