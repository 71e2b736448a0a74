/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochOutput;
import io.statefun.cluster.Inbox;
import io.statefun.cluster.TransactionLog;
import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.FencedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
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

  /** The same of some time before. */
  private Map<Integer, String> earlier = Map.of();

  private final Map<Integer, Long> inboxPositions = new HashMap<>();
  private final Map<Integer, List<Posted>> inboxes = new HashMap<>();
  private final Set<Client> members = new LinkedHashSet<>();
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
    EARLY_COMMIT,
    /** Nothing is said to be in any inbox. */
    HIDDEN_MESSAGES,
    /** The marker of a savepoint overtakes the messages that were sent before it. */
    EARLY_MARKERS,
    /** A process that asks for what it reads gets that of its newest turn, whichever it is in. */
    SHARED_SOURCES
  }

  /** A new process takes the partitions over. */
  Client join() {
    members.clear();
    return enter();
  }

  /** A new process becomes a member of the group beside others. */
  Client enter() {
    generation++;
    Client client = new Client();
    members.add(client);
    return client;
  }

  /** A process is a member no longer, of which it may not know. */
  void expel(Client client) {
    if (members.remove(client)) {
      generation++;
    }
  }

  /** The group gets another generation now and then, of which its members hear when they ask. */
  void pass() {
    if (!calm.getAsBoolean() && random.nextInt(500) == 0) {
      generation++;
    }
    for (Client member : members) {
      if (random.nextInt(50) == 0) {
        member.known = generation;
      }
    }
  }

  byte @Nullable [] position(String split) {
    return positions.get(split);
  }

  /** What those are told who keep copies, whatever they own. */
  Map<Integer, String> committedReferences() throws IOException {
    if (strikes()) {
      throw new IOException("the coordinator does not answer");
    }
    return told();
  }

  /** What is told at once may be from before the last commits. */
  private Map<Integer, String> told() {
    if (random.nextInt(20) == 0) {
      earlier = Map.copyOf(references);
    }
    return !calm.getAsBoolean() && random.nextInt(4) == 0 ? earlier : Map.copyOf(references);
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
        inboxPositions.putAll(transaction.inboxes);
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
    private Map<Integer, Long> inboxes = Map.of();
  }

  private record Posted(byte[] content, Transaction transaction) {}

  private List<Posted> postedTo(int partition) {
    return inboxes.computeIfAbsent(partition, key -> new ArrayList<>());
  }

  /** Whether every message of the inboxes was read by somebody whose reading is committed. */
  boolean areInboxesRead() {
    return inboxes.entrySet().stream()
        .allMatch(
            inbox -> {
              long position = inboxPositions.getOrDefault(inbox.getKey(), 0L);
              List<Posted> posted = inbox.getValue();
              return posted.subList((int) position, posted.size()).stream()
                  .allMatch(one -> one.transaction().state == State.ABORTED);
            });
  }

  /** How far each inbox was read, and what is behind that. */
  String describe() {
    StringBuilder text = new StringBuilder();
    inboxes.forEach(
        (partition, posted) -> {
          long position = inboxPositions.getOrDefault(partition, 0L);
          text.append("; inbox ").append(partition).append(" read ").append(position);
          text.append(" of ").append(posted.size());
          posted
              .subList((int) position, posted.size())
              .forEach(one -> text.append(' ').append(one.transaction().state));
        });
    return text.append("; open ").append(open.size()).toString();
  }

  /** Puts a message into an inbox that is part of no epoch. */
  void post(int partition, byte[] message) {
    Transaction none = new Transaction();
    none.state = State.COMMITTED;
    postedTo(partition).add(new Posted(message, none));
  }

  /** How many messages went through inboxes. */
  long posted() {
    return inboxes.values().stream().mapToLong(List::size).sum();
  }

  /** An inbox, read from the committed position on. */
  Inbox inbox(int partition) {
    return new ReadInbox(partition);
  }

  /** Sees what is committed, and nothing behind a transaction that is open. */
  private final class ReadInbox implements Inbox {

    private final int partition;
    private long position;

    ReadInbox(int partition) {
      this.partition = partition;
      this.position = inboxPositions.getOrDefault(partition, 0L);
    }

    @Override
    public void open(Runnable wakeUp) {}

    @Override
    public byte @Nullable [] poll() {
      List<Posted> posted = postedTo(partition);
      while (position < posted.size()) {
        Posted next = posted.get((int) position);
        State state = next.transaction().state;
        if (state == State.ONGOING || state == State.DECIDED || random.nextInt(4) == 0) {
          return null;
        }
        position++;
        if (state == State.COMMITTED) {
          return next.content();
        }
      }
      return null;
    }

    @Override
    public long position() {
      return position;
    }
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
    public Map<Integer, String> committedReferences() throws IOException {
      fail("the coordinator does not answer");
      return told();
    }

    @Override
    public int largestMessage() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Map<Integer, Long> inboxEnds(Set<Integer> partitions) throws IOException {
      fail("the broker does not answer");
      Map<Integer, Long> ends = new HashMap<>();
      for (int partition : partitions) {
        boolean hidden = defect == Defect.HIDDEN_MESSAGES;
        ends.put(partition, hidden ? 0L : postedTo(partition).size());
      }
      return ends;
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
        List<EpochOutput.Posted> messages = new ArrayList<>(output.messages());
        if (defect == Defect.EARLY_MARKERS) {
          messages.sort(
              Comparator.comparing(message -> message.content()[1] == Posting.MARKER ? 0 : 1));
        }
        for (EpochOutput.Posted message : messages) {
          postedTo(message.partition()).add(new Posted(message.content(), transaction));
        }
        checkGeneration();
        transaction.references = newReferences;
        transaction.inboxes = output.inboxes();
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
      if (!members.contains(this) && random.nextBoolean()) {
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
