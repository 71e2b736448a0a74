/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cells that run elsewhere, at an endpoint that survives everything. It answers late, in any order,
 * not at all, or after it has worked that it has not; and it keeps a ledger of what it has done in
 * the world outside, by the ids of batches: the same id must stand for the same messages, for ever.
 */
final class RemoteCells implements RemoteFunctions, RemoteFunction {

  static final TypeName TYPE = TypeName.of("sim", "remote");

  private static final TypeName SUM = TypeName.of("io.statefun.types", "long");
  private static final TypeName NOTES = TypeName.of("sim", "notes");

  private final Random random;
  private final CellFunction.Observer observer;
  private final MessageTypes types;
  private final BooleanSupplier calm;
  private final Retention retention;
  private final boolean afterCommit;
  private final int batchSize;
  private final List<Runnable> open = new ArrayList<>();
  private final Map<String, List<TypedValue>> ledger = new HashMap<>();
  private final Map<String, Long> paid = new TreeMap<>();

  RemoteCells(
      Random random,
      CellFunction.Observer observer,
      MessageTypes types,
      BooleanSupplier calm,
      Retention retention) {
    this.random = random;
    this.observer = observer;
    this.types = types;
    this.calm = calm;
    this.retention =
        retention.mode() == Retention.Mode.FOREVER
            ? retention
            : new Retention(Retention.Mode.AFTER_ACCESS, retention.after());
    this.afterCommit = random.nextBoolean();
    this.batchSize = 1 + random.nextInt(10);
  }

  static boolean isRemote(String cell) {
    return cell.startsWith("r");
  }

  @Override
  public Collection<RemoteFunction> named() {
    return List.of(this);
  }

  @Override
  public boolean hasNamespaces() {
    return false;
  }

  @Override
  public @Nullable RemoteFunction find(TypeName type) {
    return null;
  }

  @Override
  public TypeName type() {
    return TYPE;
  }

  /** A call of which nothing is heard is repeated until there is. */
  @Override
  public FailurePolicy failurePolicy() {
    return new FailurePolicy(
        Integer.MAX_VALUE,
        Duration.ofMillis(10),
        Duration.ofMillis(100),
        2,
        io.statefun.function.OnFailure.Then.DEAD_LETTER);
  }

  @Override
  public int maxBatchSize() {
    return batchSize;
  }

  @Override
  public boolean afterCommit() {
    return afterCommit;
  }

  @Override
  public long maxWaitingBytes() {
    return 2_000;
  }

  /** Whether nobody is being called. */
  boolean isIdle() {
    return open.isEmpty();
  }

  /** Lets somebody have an answer. */
  void pass() {
    if (!open.isEmpty() && random.nextInt(3) == 0) {
      open.remove(random.nextInt(open.size())).run();
    }
  }

  @Override
  public CompletionStage<RemoteReply> call(RemoteBatch batch) {
    CompletableFuture<RemoteReply> answer = new CompletableFuture<>();
    int mood = calm.getAsBoolean() ? 9 : random.nextInt(10);
    if (mood == 0) {
      open.add(() -> answer.completeExceptionally(new IOException("nobody is there")));
      return answer;
    }
    RemoteReply reply = handle(batch);
    if (mood == 1) {
      open.add(() -> answer.completeExceptionally(new IOException("the answer was lost")));
    } else if (mood == 2) {
      answer.complete(reply);
    } else {
      open.add(() -> answer.complete(reply));
    }
    return answer;
  }

  /** Nobody hears the answers any more. */
  void forget() {
    open.clear();
  }

  /**
   * What the endpoint has done outside, by cells.
   *
   * @return null if batches may be called that are never committed
   */
  @Nullable Map<String, Long> paid() {
    return afterCommit ? paid : null;
  }

  // The function

  private RemoteReply handle(RemoteBatch batch) {
    Map<String, @Nullable TypedValue> states = new HashMap<>();
    batch.states().forEach(state -> states.put(state.name(), state.value()));
    if (!states.containsKey("sum") || !states.containsKey("notes")) {
      return new RemoteReply.Incomplete(
          List.of(
              new RemoteReply.Declared("sum", SUM, retention),
              new RemoteReply.Declared("notes", NOTES, Retention.FOREVER)));
    }
    boolean first = note(batch);
    Run run = new Run(batch.target(), states.get("sum"), states.get("notes"), first);
    for (RemoteBatch.Item item : batch.messages()) {
      run.handle(item.argument().as(Program.TYPE));
    }
    return run.reply();
  }

  /** Notes that a batch was called, and tells whether it is the first time. */
  private boolean note(RemoteBatch batch) {
    List<TypedValue> messages = batch.messages().stream().map(RemoteBatch.Item::argument).toList();
    List<TypedValue> before = ledger.putIfAbsent(batch.id(), messages);
    if (before != null && !before.equals(messages)) {
      observer.violation("batch " + batch.id() + " has other messages than before");
    }
    return before == null;
  }

  private final class Run {

    private final Address self;
    private final boolean first;
    private final Map<String, Long> received = new TreeMap<>();
    private final Map<String, Long> sent = new TreeMap<>();
    private final List<RemoteReply.Outgoing> messages = new ArrayList<>();
    private final List<EgressRecord> records = new ArrayList<>();
    private long sum;

    Run(Address self, @Nullable TypedValue sum, @Nullable TypedValue notes, boolean first) {
      this.self = self;
      this.first = first;
      this.sum = sum == null ? 0 : sum.as(types.forClass(Long.class));
      if (notes != null) {
        ByteReader in = new ByteReader(notes.bytes());
        read(in, received);
        read(in, sent);
      }
    }

    void handle(Program program) {
      if (!program.sender().isEmpty()) {
        long expected = received.getOrDefault(program.sender(), 0L) + 1;
        if (program.sequence() != expected) {
          observer.violation(
              self
                  + " got message "
                  + program.sequence()
                  + " of "
                  + program.sender()
                  + " in place of "
                  + expected);
        }
        received.put(program.sender(), program.sequence());
      }
      program.steps().forEach(this::run);
    }

    private void run(Program.Step step) {
      switch (step.op()) {
        case ADD -> {
          sum += step.a();
          if (first) {
            paid.merge(self.id(), step.a(), Long::sum);
          }
        }
        case SEND ->
            messages.add(
                new RemoteReply.Outgoing(
                    CellFunction.address(step.target()),
                    types.wrap(
                        new Program(
                            0,
                            self.id(),
                            sent.merge(step.target(), 1L, Long::sum),
                            step.nested()))));
        case EMIT ->
            records.add(
                EgressRecord.of(
                    step.a() % 3 == 0 ? CellFunction.OTHER_EGRESS : CellFunction.EGRESS, step.a()));
        case SHOW ->
            observer.show(
                self.id(),
                new CellState(
                    -1, sum, List.of(), Map.of(), CellFunction.OPENING_BALANCE, Map.of()));
        default -> observer.violation("a cell elsewhere is asked to " + step.op());
      }
    }

    RemoteReply reply() {
      ByteWriter notes = new ByteWriter(64);
      write(notes, received);
      write(notes, sent);
      return new RemoteReply.Done(
          List.of(
              new RemoteReply.Mutation("sum", types.wrap(sum)),
              new RemoteReply.Mutation("notes", TypedValue.ofBytes(NOTES, notes.toByteArray()))),
          messages,
          List.of(),
          records);
    }

    private static void write(ByteWriter out, Map<String, Long> numbers) {
      out.writeVarInt(numbers.size());
      numbers.forEach((name, number) -> out.writeString(name).writeVarLong(number));
    }

    private static void read(ByteReader in, Map<String, Long> numbers) {
      int count = in.readVarInt();
      for (int i = 0; i < count; i++) {
        numbers.put(in.readString(), in.readVarLong());
      }
    }
  }
}
