/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.cluster.Inbox;
import io.statefun.cluster.StoreEpochLog;
import io.statefun.cluster.TransactionalEpochLog;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.SimulatedDisk;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a node in one thread, where a seed decides everything: in which order the actors take
 * their steps, when time passes, what the disk loses, what the receivers of records refuse, and
 * where the process dies. In the end the oracle compares what is there with what must be there.
 */
final class Simulation {

  private static final Path FOLDER = Path.of("/store");
  private static final int MAX_STARTS = 100;
  private static final int MAX_TICKS = 400_000;
  private static final Retention LONGER_THAN_A_RUN =
      new Retention(Retention.Mode.AFTER_WRITE, Duration.ofMillis(10 * Workload.FAR));
  private static final TypeName INGRESS = TypeName.of("sim", "in");

  private final Random random;
  private final Consumer<String> trace;
  private final UnaryOperator<SnapshotStore> storeFilter;
  private final MessageTypes types = MessageTypes.builder().add(Program.TYPE).build();
  private final Workload workload;
  private final Sink sink = new Sink();
  private final World world = new World();
  private final CellFunction function;
  private final Map<String, CellState> shown = new TreeMap<>();
  private final List<Long> refused = new ArrayList<>();
  private final Map<FaultPoint, Integer> reached = new EnumMap<>(FaultPoint.class);
  private final int partitions;
  private final int workers;
  private final double crashRate;
  private final double faultRate;
  private final double diskRate;
  private final int splits;
  private final int sulk;
  private final boolean sulksLong;
  private final EngineLimits limits;
  private final @Nullable SimulatedLog log;
  private final @Nullable RemoteCells remotes;
  private final Awakeners awakeners;

  /** Where dead letters leave; null if they only stay. */
  private final @Nullable DeadLetterSink letters;

  /** Draws the tokens of awakeables. */
  private final Random tokens;

  /** Has an order of its own, so that runs without savepoints stay what they were. */
  private final @Nullable Random savepointRandom;

  private final double savepointRate;

  /** Whether partitions have inboxes, in which there are the markers of savepoints at least. */
  private final boolean hasInboxes;

  /** Partitions are being admitted to hand over messages directly. */
  private @Nullable CompletableFuture<Void> merging;

  /** What the application goes on from, if it does not begin with nothing. */
  private final @Nullable Origin origin;

  /** The newest savepoint that was complete before the time leapt. */
  private long lastSavepoint;

  private long now = 1_700_000_000_000L;
  private SimulatedDisk disk;
  private HeapBackend backend = new HeapBackend(512);
  private @Nullable SnapshotStore store;
  private @Nullable Node node;
  private @Nullable Zombie zombie;
  private int crashes;
  private int faults;
  private int takeovers;
  private long handled;
  private long commits;
  private int lives;
  private boolean calm;
  private @Nullable String violation;

  private Simulation(long seed, Options options, @Nullable Origin origin) {
    this.origin = origin;
    this.savepointRandom = options.withSavepoints() ? new Random(31 * seed) : null;
    this.savepointRate =
        savepointRandom == null ? 0 : 0.004 * Math.max(0, savepointRandom.nextDouble() - 0.3);
    this.random = new Random(seed);
    this.function =
        new CellFunction(world, types, seed % 2 == 0 ? Retention.FOREVER : LONGER_THAN_A_RUN);
    this.trace = options.trace();
    this.storeFilter = options.storeFilter();
    this.disk = new SimulatedDisk();
    if (options.defect() != null) {
      disk = disk.with(options.defect());
    }
    if (random.nextInt(4) == 0) {
      disk = disk.withoutLinks();
    }
    this.partitions = 1 + random.nextInt(6);
    this.workers = 1 + random.nextInt(3);
    this.splits = 1 + random.nextInt(3);
    this.crashRate = random.nextBoolean() ? 0 : 0.004 * random.nextDouble();
    this.faultRate = random.nextInt(4) == 0 ? 0 : 0.05 * random.nextDouble();
    this.diskRate = random.nextInt(3) == 0 ? 0.02 * random.nextDouble() : 0;
    this.sulk = 1 + random.nextInt(30);
    this.sulksLong = random.nextInt(4) == 0;
    this.limits =
        new EngineLimits(
            1 + random.nextInt(8_000),
            200 + random.nextInt(20_000),
            random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(50)),
            1 + random.nextInt(200) * 100,
            1 + random.nextInt(64),
            1_000,
            1 + random.nextInt(200),
            1 + random.nextInt(20_000),
            1 + random.nextInt(20));
    this.log =
        options.withLog()
            ? new SimulatedLog(new Random(~seed), options.logDefect(), () -> calm, world::mayCrash)
            : null;
    Random remoteRandom = new Random(37 * seed);
    this.remotes =
        options.withRemotes()
            ? new RemoteCells(
                remoteRandom,
                world,
                types,
                () -> calm,
                seed % 2 == 0 ? Retention.FOREVER : LONGER_THAN_A_RUN)
            : null;
    this.hasInboxes = log != null && (savepointRandom != null || origin != null);
    this.letters =
        origin == null
            ? DeadLetterSink.of(seed, () -> calm, this::violate)
            : DeadLetterSink.after(origin.letters(), () -> calm, this::violate);
    this.tokens = new Random(43 * seed);
    this.awakeners =
        new Awakeners(new Random(41 * seed), types, origin == null ? List.of() : origin.tokens());
    this.workload =
        origin == null
            ? new Workload(
                random,
                splits,
                20 + random.nextInt(100),
                2 + random.nextInt(12),
                remotes == null ? 0 : 1 + remoteRandom.nextInt(6))
            : origin.workload();
    if (origin != null) {
      now = origin.savepoint().created().toEpochMilli();
    }
  }

  /**
   * A savepoint of another run.
   *
   * @param committed how often each record has left with a commit before the savepoint
   * @param delivered how often each may have left otherwise before the savepoint
   * @param tokens of awakeables, made before the savepoint or after it
   * @param letters which dead letters have left
   */
  private record Origin(
      Workload workload,
      SavepointStore store,
      Savepoint savepoint,
      Map<Long, Integer> committed,
      Map<Long, Integer> delivered,
      List<Awakeners.Token> tokens,
      @Nullable DeadLetterSink letters) {}

  /**
   * What a simulation is asked to do besides its seed.
   *
   * @param trace takes a line for each thing that happens
   * @param storeFilter lays something over the snapshot store, to break it on purpose
   * @param defect breaks the disk on purpose
   * @param withLog whether epochs are committed by transactions of a log, and not by the store
   * @param logDefect breaks the log on purpose
   * @param withSavepoints whether savepoints are taken, of which another node goes on from one
   * @param withRemotes whether some cells run elsewhere
   */
  record Options(
      Consumer<String> trace,
      UnaryOperator<SnapshotStore> storeFilter,
      SimulatedDisk.@Nullable Defect defect,
      boolean withLog,
      SimulatedLog.@Nullable Defect logDefect,
      boolean withSavepoints,
      boolean withRemotes) {

    static final Options NONE =
        new Options(line -> {}, UnaryOperator.identity(), null, false, null, false, false);
    static final Options WITH_LOG = NONE.withLog(null);

    Options withLog(SimulatedLog.@Nullable Defect newDefect) {
      return new Options(trace, storeFilter, defect, true, newDefect, withSavepoints, withRemotes);
    }

    Options traced(Consumer<String> newTrace) {
      return new Options(
          newTrace, storeFilter, defect, withLog, logDefect, withSavepoints, withRemotes);
    }

    Options over(UnaryOperator<SnapshotStore> newFilter) {
      return new Options(trace, newFilter, defect, withLog, logDefect, withSavepoints, withRemotes);
    }

    Options takingSavepoints() {
      return new Options(trace, storeFilter, defect, withLog, logDefect, true, withRemotes);
    }

    Options callingElsewhere() {
      return new Options(trace, storeFilter, defect, withLog, logDefect, withSavepoints, true);
    }

    Options on(SimulatedDisk.Defect newDefect) {
      return new Options(
          trace, storeFilter, newDefect, withLog, logDefect, withSavepoints, withRemotes);
    }
  }

  /**
   * How a run ended.
   *
   * @param violation the promise that was broken, or null
   * @param crashes how often the process died
   * @param faults how many faults struck besides, of the disk or the receivers
   * @param savepoints how many savepoints were complete, of which one was restored
   * @param reached how often each fault point was reached
   */
  record Outcome(
      long seed,
      @Nullable String violation,
      int crashes,
      int faults,
      long handled,
      long commits,
      int savepoints,
      Map<FaultPoint, Integer> reached) {}

  static Outcome run(long seed, Options options) {
    Simulation simulation = new Simulation(seed, options, null);
    int savepoints = 0;
    try {
      simulation.run();
      if (options.withSavepoints() && simulation.violation == null) {
        savepoints = simulation.restore(seed);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      StringBuilder text = new StringBuilder("unexpected " + e);
      for (int i = 0; i < Math.min(6, e.getStackTrace().length); i++) {
        text.append("\n    at ").append(e.getStackTrace()[i]);
      }
      simulation.violate(text.toString());
    }
    return new Outcome(
        seed,
        simulation.violation,
        simulation.crashes,
        simulation.faults,
        simulation.handled,
        simulation.commits,
        savepoints,
        simulation.reached);
  }

  /** Has another node go on from one of the savepoints, and tells how many there are. */
  private int restore(long seed) throws IOException {
    SavepointStore savepoints = new SavepointStore(java.util.Objects.requireNonNull(store));
    // What was cut before the time leapt has to be restored before, too.
    List<Savepoint> complete =
        savepoints.list().stream()
            .filter(savepoint -> savepoint.number() <= lastSavepoint)
            .toList();
    if (complete.isEmpty()) {
      return 0;
    }
    Savepoint chosen = complete.get(random.nextInt(complete.size()));
    Map<Integer, Long> counters = new HashMap<>();
    for (Savepoint.Part part : chosen.parts()) {
      savepoints
          .states(chosen.number())
          .read(
              part.partition(),
              part.epoch(),
              (key, value) -> {
                if (Keys.kind(key) == Keys.Kind.COUNTERS) {
                  counters.put(part.partition(), new ByteReader(value).readVarLong());
                }
              });
    }
    Map<Long, Integer> committed = new HashMap<>();
    if (log != null) {
      for (Egress.Delivery taken : log.committed()) {
        if (isBefore(taken.id(), counters)) {
          committed.merge(number(taken), 1, Integer::sum);
        }
      }
    }
    Map<Long, Integer> delivered = new HashMap<>();
    sink.records.forEach(
        (id, number) -> {
          if (isBefore(id, counters)) {
            delivered.merge(number, 1, Integer::sum);
          }
        });
    if (letters != null) {
      letters
          .numbers(id -> isBefore(id, counters))
          .forEach(number -> delivered.merge(number, 1, Integer::sum));
    }
    trace.accept("RESTORE of " + chosen);
    Simulation restored =
        new Simulation(
            ~seed,
            new Options(
                trace, UnaryOperator.identity(), null, log != null, null, false, remotes != null),
            new Origin(
                workload, savepoints, chosen, committed, delivered, awakeners.tokens(), letters));
    restored.run();
    if (restored.violation != null) {
      violate("restored from savepoint " + chosen.number() + ": " + restored.violation);
    }
    return complete.size();
  }

  /** Whether a record was made before the savepoint: its id has its partition and number. */
  private static boolean isBefore(String id, Map<Integer, Long> counters) {
    String[] fields = id.split("-", -1);
    int partition = Integer.parseInt(fields[fields.length - 2]);
    long number = Long.parseLong(fields[fields.length - 1]);
    return number <= counters.getOrDefault(partition, 0L);
  }

  private void begin(Origin from) throws IOException {
    calm = true;
    SnapshotStore over = disk.openStore(FOLDER, "sim", "l0");
    UUID writer = new UUID(random.nextLong(), 0);
    SavepointRestore.Positions positions =
        (ingress, split) ->
            log == null
                ? Address.of(ingress, split).partition(partitions)
                : SavepointRestore.Positions.LOG;
    try {
      new SavepointRestore(
              from.store(),
              partitions,
              new HeapBackend(512),
              new BaseStore(over),
              epochLog(over, writer),
              "restore",
              new Clock())
          .restore(from.savepoint(), positions);
    } catch (RefusedRecordsException e) {
      throw new IllegalStateException(e);
    }
    disk = disk.kill();
    calm = false;
  }

  private void violate(String what) {
    if (violation == null) {
      violation = what;
      trace.accept("VIOLATION " + what);
    }
  }

  // The run

  private void run() throws IOException {
    if (origin != null) {
      begin(origin);
    }
    live();
    int tick = 0;
    while (!isDone()) {
      tick();
      if (violation != null) {
        return;
      }
      // Failures of a message are counted in memory. A node that dies over and over before the last
      // attempt need not give up on it; one that has stopped dying must.
      if (++tick == MAX_TICKS / 2) {
        calm = true;
      }
      if (tick > MAX_TICKS) {
        violate("stuck: " + describe());
        return;
      }
    }
    calm = true;
    disk.removeClaims(FOLDER);
    if (savepointRandom != null) {
      lastSavepoint =
          new SavepointStore(java.util.Objects.requireNonNull(store))
              .newest()
              .map(Savepoint::number)
              .orElse(0L);
    }
    now += 2 * Workload.FAR;
    settle();
    if (random.nextBoolean()) {
      crash("before the end");
      live();
      settle();
    }
    check();
  }

  private void settle() throws IOException {
    for (int tick = 0; tick < MAX_TICKS && violation == null; tick++) {
      if (tick % 64 == 0 && isQuiet()) {
        return;
      }
      tick();
    }
    if (violation == null) {
      violate("stuck in the end: " + describe());
    }
  }

  private void tick() throws IOException {
    try {
      act();
    } catch (SimulatedCrash crash) {
      crash(crash.toString());
      live();
    } catch (FencedException fenced) {
      if (zombie == null && lives < 2) {
        throw fenced;
      }
      crash("fenced");
      live();
    }
  }

  private void act() throws IOException {
    Node running = java.util.Objects.requireNonNull(node);
    if (!calm && random.nextDouble() < crashRate) {
      if (zombie == null && random.nextInt(6) == 0) {
        leaveZombie();
      } else {
        crash("at random");
      }
      live();
      return;
    }
    if (!calm && random.nextDouble() < diskRate) {
      faults++;
      disk.failAt(1 + random.nextInt(60), random.nextBoolean());
    }
    if (log != null) {
      log.pass();
    }
    Zombie old = zombie;
    if (old != null && random.nextInt(4) == 0) {
      old.step();
    }
    if (!calm) {
      awakeners.pass(running);
    }
    if (savepointRandom != null) {
      takeSavepoints(running, savepointRandom);
    }
    if (hasInboxes) {
      merge(running);
    }
    switch (random.nextInt(13)) {
      case 12 -> running.bases().step();
      case 0, 1, 2, 3, 4, 5 -> running.workerAt(random.nextInt(workers)).step();
      case 6, 7, 8 -> running.committer().step();
      case 9 -> running.applier().step();
      case 10 -> running.dispatchers().forEach(EgressDispatcher::step);
      default -> world.pass();
    }
  }

  private void takeSavepoints(Node running, Random chance) throws IOException {
    if (!calm && chance.nextDouble() < savepointRate) {
      running.requestSavepoint("request-" + now);
    }
    if (chance.nextInt(6) == 0) {
      boolean unused = running.savepoints().step();
    }
  }

  /** What a process does as long as its partitions hand over messages through the log. */
  private void merge(Node running) {
    try {
      CompletableFuture<Void> admitted = merging;
      if (admitted == null && !running.isWhole()) {
        merging = running.merge();
      } else if (admitted != null && admitted.isDone()) {
        running.settle();
        merging = null;
      }
    } catch (IOException e) {
      trace.accept("not merged: " + e);
    }
  }

  private boolean isDone() {
    return workload.splitCount() == sinkOfSplits().size()
        && allRead()
        && random.nextInt(50) == 0
        && isQuiet();
  }

  private final Map<String, Integer> read = new HashMap<>();

  private Map<String, Integer> sinkOfSplits() {
    return read;
  }

  private boolean allRead() {
    for (int split = 0; split < workload.splitCount(); split++) {
      if (read.getOrDefault("s" + split, 0) < workload.split(split).size()) {
        return false;
      }
    }
    return true;
  }

  /** Whether nothing is left to do but to wait. */
  private boolean isQuiet() {
    Node running = java.util.Objects.requireNonNull(node);
    if (!running.committer().isIdle()
        || running.unacknowledged() > 0
        || log != null && hasInboxes && !log.areInboxesRead()
        || remotes != null && !remotes.isIdle()
        || !world.operations.isEmpty()) {
      return false;
    }
    for (Worker worker : running.workers()) {
      if (worker.waitingOutside() > 0) {
        return false;
      }
      for (Partition partition : worker.partitions()) {
        if (!partition.mailbox.isEmpty()
            || !partition.outbox.isEmpty()
            || !partition.blocked.isEmpty()
            || !partition.remotes.values().stream().allMatch(RemoteQueue::isEmpty)
            || partition.timers.nextDue() <= now + 10_000) {
          return false;
        }
      }
    }
    for (Worker worker : running.workers()) {
      if (worker.step()) {
        return false;
      }
    }
    return running.committer().isIdle();
  }

  private String describe() {
    Node running = java.util.Objects.requireNonNull(node);
    StringBuilder text = new StringBuilder();
    text.append("committer idle ").append(running.committer().isIdle());
    text.append(", unacknowledged ").append(running.unacknowledged());
    text.append(", unapplied ").append(running.applier().unapplied());
    text.append(", operations ").append(world.operations.size());
    for (Worker worker : running.workers()) {
      for (Partition partition : worker.partitions()) {
        text.append("; partition ").append(partition.index);
        text.append(" mailbox ").append(partition.mailbox.size());
        text.append(" outbox ").append(partition.outbox.isEmpty() ? "empty" : "full");
        text.append(" blocked ").append(partition.blocked.size());
        text.append(" due in ").append(partition.timers.nextDue() - now);
      }
    }
    return text.toString();
  }

  // Lives and deaths

  private void live() throws IOException {
    for (int attempt = 0; ; attempt++) {
      if (attempt == MAX_STARTS) {
        throw new IllegalStateException("the node does not start any more");
      }
      lives++;
      try {
        SnapshotStore opened =
            zombie != null
                ? disk.openStoreWithoutLock(FOLDER, "sim", "l" + lives)
                : disk.openStore(FOLDER, "sim", "l" + lives);
        store = storeFilter.apply(opened);
        merging = null;
        node = Node.recover(setup(store, backend));
        trace.accept("life " + lives + " begins at epoch " + node.committer().epoch());
        return;
      } catch (SimulatedCrash crash) {
        crash(crash.toString());
      } catch (IOException e) {
        faults++;
        crash("could not start: " + e);
      }
    }
  }

  private Node.Setup setup(SnapshotStore over, HeapBackend on) {
    List<Ingress> ingresses = List.of(new ProgramIngress());
    NodeServices services =
        DeadLetterSink.in(
            letters,
            new NodeServices(
                    new Clock(),
                    types,
                    new FunctionTypes(
                        List.of(function), remotes == null ? RemoteFunctions.NONE : remotes),
                    DeadLetterSink.in(
                        letters, Set.of(CellFunction.EGRESS, CellFunction.OTHER_EGRESS)),
                    log == null ? Set.of() : Set.of(CellFunction.EGRESS),
                    expression -> {
                      throw new IllegalArgumentException(expression);
                    },
                    limits,
                    partitions,
                    Surroundings.NOTHING)
                .with(tokens, new PathOracle(this::violate)));
    UUID writer = new UUID(random.nextLong(), (long) lives << 32);
    return new Node.Setup(
        services,
        "sim",
        "sim",
        writer,
        IntStream.range(0, partitions).boxed().collect(Collectors.toSet()),
        inboxes(),
        workers,
        over,
        epochLog(over, writer),
        on,
        ingresses,
        receivers(),
        worker -> Scratch.inMemory(),
        Runnable::run,
        Runnable::run,
        world,
        new Node.NodeListener() {
          @Override
          public void committed(EngineListener.Commit commit) {
            commits++;
          }
        });
  }

  /** Nothing comes from elsewhere but markers of savepoints. */
  private IntFunction<Inbox> inboxes() {
    return log != null && hasInboxes ? log::inbox : partition -> Inbox.EMPTY;
  }

  private EpochLog epochLog(SnapshotStore over, UUID writer) {
    return log == null
        ? new StoreEpochLog(over, writer)
        : new TransactionalEpochLog(
            over, new EpochReaders(over), log.join(), writer, world, new Clock());
  }

  /** In one order, whichever process simulates them. */
  private Map<TypeName, Egress> receivers() {
    Map<TypeName, Egress> receivers = new LinkedHashMap<>();
    if (log == null) {
      receivers.put(CellFunction.EGRESS, sink);
    }
    receivers.put(CellFunction.OTHER_EGRESS, sink);
    DeadLetterSink.in(letters, receivers);
    return receivers;
  }

  private void crash(String where) {
    crashes++;
    trace.accept("crash " + where);
    world.operations.clear();
    sink.open.clear();
    if (remotes != null) {
      remotes.forget();
    }
    boolean power = random.nextBoolean();
    disk = power ? disk.crash(random) : disk.kill();
    zombie = null;
    backend = random.nextInt(4) == 0 ? new HeapBackend(512) : backend.crash(random);
  }

  /** The process is taken for dead, another one begins, and the first goes on. */
  private void leaveZombie() {
    takeovers++;
    trace.accept("the process is taken for dead, and is not");
    zombie = new Zombie(java.util.Objects.requireNonNull(node));
    backend = new HeapBackend(512);
  }

  /** A node that goes on although another has taken over. */
  private final class Zombie {

    private final Node old;
    private boolean dead;
    private boolean acts;

    Zombie(Node old) {
      this.old = old;
    }

    void step() {
      if (dead) {
        return;
      }
      acts = true;
      try {
        work();
      } catch (FencedException fenced) {
        trace.accept("the old process is fenced");
        dead = true;
      } finally {
        acts = false;
      }
    }

    private void work() {
      for (Worker worker : old.workers()) {
        worker.step();
      }
      old.committer().step();
      old.dispatchers().forEach(EgressDispatcher::step);
      old.applier().step();
      old.bases().step();
      if (savepointRandom != null) {
        old.savepoints().step();
      }
    }

    /** It reads what others do in its place, and can commit nothing that it does with it. */
    boolean seesOthers() {
      return acts && hasInboxes;
    }
  }

  // The oracle

  private void check() throws IOException {
    Node running = java.util.Objects.requireNonNull(node);
    workload.settle();
    Map<String, Integer> before = Map.copyOf(read);
    for (String cell : workload.cellNames()) {
      var unused =
          running.send(
              Message.of(
                  CellFunction.address(cell),
                  null,
                  types.wrap(Program.of(-1, List.of(Program.Step.of(Program.Op.SHOW, 0))))));
    }
    settle();
    if (violation != null) {
      return;
    }
    long balances = 0;
    for (String cell : workload.cellNames()) {
      CellState expected = workload.expected(cell);
      CellState held = shown.get(cell);
      if (held == null) {
        violate("cell " + cell + " did not show its state");
        return;
      }
      balances += held.balance();
      checkPaid(cell, expected);
      if (!held.predictable().equals(expected)) {
        violate("cell " + cell + " holds " + held + " in place of " + expected);
        return;
      }
      String wrong = awakeners.check(workload.awaited(cell), held.awakened());
      if (wrong != null) {
        violate("cell " + cell + ": " + wrong);
        return;
      }
    }
    if (balances != workload.cellNames().size() * CellFunction.OPENING_BALANCE) {
      violate("the balances of all accounts add up to " + balances);
    }
    checkDeadLetters(running);
    checkRecords();
    if (!before.equals(read)) {
      violate("an ingress was read further in the end");
    }
    if (handled == 0 || commits == 0) {
      violate("nothing succeeded");
    }
  }

  /** What was done elsewhere in the world outside, by the ids of batches, was done once. */
  private void checkPaid(String cell, CellState expected) {
    Map<String, Long> paid = remotes == null || origin != null ? null : remotes.paid();
    if (paid != null
        && RemoteCells.isRemote(cell)
        && paid.getOrDefault(cell, 0L) != expected.sum()) {
      violate("cell " + cell + " has paid " + paid.get(cell) + " in place of " + expected.sum());
    }
  }

  private void checkRecords() {
    Map<Long, Integer> left = new HashMap<>(origin == null ? Map.of() : origin.committed());
    sink.records.values().forEach(number -> left.merge(number, 1, Integer::sum));
    if (log != null) {
      log.committed().forEach(taken -> left.merge(number(taken), 1, Integer::sum));
      checkOrder(log.committed());
    }
    refused.forEach(number -> left.merge(number, 1, Integer::sum));
    if (refused.stream().anyMatch(number -> !isRefused(number))) {
      violate("records were refused that are taken: " + refused);
    }
    if (!hasAll(left)) {
      violate("records that left: " + left + " in place of " + workload.emitted());
    }
  }

  /** Of what had been delivered before a savepoint, some may be delivered again after it. */
  private boolean hasAll(Map<Long, Integer> left) {
    Map<Long, Integer> emitted = workload.emitted();
    if (origin == null) {
      return left.equals(emitted);
    }
    Map<Long, Integer> delivered = origin.delivered();
    return emitted.keySet().containsAll(left.keySet())
        && emitted.entrySet().stream()
            .allMatch(
                entry -> {
                  int missing = entry.getValue() - left.getOrDefault(entry.getKey(), 0);
                  return missing >= 0 && missing <= delivered.getOrDefault(entry.getKey(), 0);
                });
  }

  private boolean isRefused(long number) {
    return number % Sink.REFUSED == 0 || log != null && number % SimulatedLog.REFUSED == 0;
  }

  /** What a partition gives numbers must leave in their order. */
  private void checkOrder(List<Egress.Delivery> taken) {
    Map<String, Long> last = new HashMap<>();
    for (Egress.Delivery delivery : taken) {
      int dash = delivery.id().lastIndexOf('-');
      long number = Long.parseLong(delivery.id().substring(dash + 1));
      Long before = last.put(delivery.id().substring(0, dash), number);
      if (before != null && before >= number) {
        violate("record " + delivery.id() + " has left after number " + before);
      }
    }
  }

  private long number(Egress.Delivery delivery) {
    return delivery.value().as(types.forClass(Long.class));
  }

  private void checkDeadLetters(Node running) {
    List<DeadLetter> stayed = new ArrayList<>();
    for (Worker worker : running.workers()) {
      for (Partition partition : worker.partitions()) {
        int there = 0;
        byte[] all = Keys.allDeadLetters();
        try (var scan = partition.overlay.scan(all, Keys.after(all))) {
          while (scan.next()) {
            there++;
            stayed.add(DeadLetter.read(scan.value()));
          }
        }
        if (there != partition.deadLetters.count()) {
          violate(partition.deadLetters.count() + " dead letters are counted, of " + there);
        }
      }
    }
    DeadLetterSink before = origin == null ? null : origin.letters();
    refused.addAll(
        DeadLetterSink.check(letters, stayed, workload.poisoned(), before, this::violate));
  }

  // The world around the node

  private final class Clock implements InstantSource {

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(now);
    }

    @Override
    public long millis() {
      return now;
    }
  }

  private final class World implements CellFunction.Observer, FaultPoint.Listener {

    private final List<CompletableFuture<Long>> operations = new ArrayList<>();
    private final Map<Long, Integer> failures = new HashMap<>();

    /** Time passes, and what goes on outside comes to its end. */
    void pass() {
      now += random.nextInt(20);
      if (!calm && random.nextInt(400) == 0) {
        now += random.nextInt(100_000);
      }
      if (!calm && random.nextInt(800) == 0) {
        now -= random.nextInt(5_000);
      }
      if (!operations.isEmpty()) {
        CompletableFuture<Long> operation = operations.remove(random.nextInt(operations.size()));
        if (random.nextInt(5) == 0) {
          operation.completeExceptionally(new IOException("simulated"));
        } else {
          operation.complete(1L);
        }
      }
      sink.pass();
      if (remotes != null) {
        remotes.pass();
      }
    }

    /** The process dies, perhaps. */
    void mayCrash(String where) {
      if (!calm && random.nextDouble() < faultRate) {
        throw new SimulatedCrash(where);
      }
    }

    @Override
    public void violation(String what) {
      Zombie old = zombie;
      if (old == null || !old.seesOthers()) {
        violate(what);
      }
    }

    @Override
    public int failures(long program) {
      return failures.merge(program, 1, Integer::sum);
    }

    @Override
    public CompletionStage<Long> begin() {
      handled++;
      CompletableFuture<Long> operation = new CompletableFuture<>();
      operations.add(operation);
      return operation;
    }

    @Override
    public void show(String cell, CellState state) {
      shown.put(cell, state);
    }

    @Override
    public void made(long number, String token) {
      awakeners.made(number, token);
    }

    @Override
    public void reached(FaultPoint point) {
      reached.merge(point, 1, Integer::sum);
      handled++;
      if (!calm && random.nextDouble() < faultRate) {
        throw new SimulatedCrash(point.name());
      }
    }
  }

  /** A receiver of records that knows a repetition by its id, and is slow and moody. */
  private final class Sink implements Egress {

    /** It will never take multiples of this number. */
    private static final int REFUSED = 5;

    private final Map<String, Long> records = new TreeMap<>();
    private final List<Runnable> open = new ArrayList<>();
    private boolean sulks;

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      if (sulks()) {
        faults++;
        return CompletableFuture.failedFuture(new IOException("the sink sulks"));
      }
      int mood = calm ? 0 : random.nextInt(8);
      if (mood == 1) {
        faults++;
        throw new IllegalStateException("the sink refuses");
      }
      CompletableFuture<Object> done = new CompletableFuture<>();
      switch (mood) {
        case 2 -> {
          faults++;
          take(batch);
          done.completeExceptionally(new IOException("took them, but did not say so"));
        }
        case 3, 4 -> open.add(() -> complete(done, batch));
        default -> complete(done, batch);
      }
      return done;
    }

    /**
     * Now and then it takes nothing at all, sometimes until all programs are read: a dead receiver
     * must stop nobody else.
     */
    private boolean sulks() {
      if (calm || allRead()) {
        return false;
      }
      if (sulks) {
        sulks = sulksLong || random.nextInt(sulk) != 0;
      } else {
        sulks = random.nextInt(20) == 0;
      }
      return sulks;
    }

    void pass() {
      if (!open.isEmpty()) {
        open.remove(random.nextInt(open.size())).run();
      }
    }

    private void complete(CompletableFuture<Object> done, List<Delivery> batch) {
      Map<Integer, Throwable> refused = take(batch);
      if (refused.isEmpty()) {
        done.complete(batch);
      } else {
        done.completeExceptionally(new RefusedRecordsException(refused));
      }
    }

    private Map<Integer, Throwable> take(List<Delivery> batch) {
      Map<Integer, Throwable> refused = new HashMap<>();
      for (int i = 0; i < batch.size(); i++) {
        Delivery delivery = batch.get(i);
        long number = number(delivery);
        if (number % REFUSED == 0) {
          refused.put(i, new IOException("the sink does not like it"));
        } else {
          Long before = records.put(delivery.id(), number);
          if (before != null && before != number) {
            violate("record " + delivery.id() + " was " + before + " and is now " + number);
          }
        }
      }
      return refused;
    }
  }

  /** The programs of the workload, as a log that survives everything. */
  private final class ProgramIngress implements Ingress {

    @Override
    public TypeName name() {
      return INGRESS;
    }

    @Override
    public boolean positionsInLog() {
      return log != null;
    }

    @Override
    public List<Split> splits() {
      List<Split> result = new ArrayList<>();
      for (int i = 0; i < workload.splitCount(); i++) {
        result.add(new ProgramSplit(i));
      }
      return result;
    }
  }

  private final class ProgramSplit implements Ingress.Split {

    private final int index;
    private int position;

    ProgramSplit(int index) {
      this.index = index;
    }

    @Override
    public String id() {
      return "s" + index;
    }

    @Override
    public void open(byte @Nullable [] stored, Runnable wakeUp) {
      byte[] known = log == null ? stored : log.position(id());
      position = known == null ? 0 : new ByteReader(known).readVarInt();
      read.put(id(), position);
    }

    @Override
    public boolean poll(Ingress.Collector out) {
      List<Workload.Entry> entries = workload.split(index);
      if (position == entries.size() || random.nextInt(3) == 0) {
        return false;
      }
      Workload.Entry entry = entries.get(position++);
      out.send(CellFunction.address(entry.cell()), types.wrap(entry.program()));
      return true;
    }

    @Override
    public byte[] position() {
      return new ByteWriter(5).writeVarInt(position).toByteArray();
    }

    @Override
    public void committed(byte[] stored) {
      read.merge(id(), new ByteReader(stored).readVarInt(), Math::max);
    }
  }
}
