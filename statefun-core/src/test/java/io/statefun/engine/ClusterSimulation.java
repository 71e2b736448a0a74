/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.Inbox;
import io.statefun.cluster.MessageLog;
import io.statefun.cluster.TransactionLog;
import io.statefun.cluster.TransactionalEpochLog;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of several nodes in one thread, where a seed decides everything: who takes a step, who
 * dies, who is taken for dead and goes on, and when partitions go from one to another. They share a
 * log and a store. In the end the oracle compares what is there with what must be there.
 */
final class ClusterSimulation {

  private static final int MAX_TICKS = 800_000;
  private static final TypeName INGRESS = TypeName.of("sim", "in");

  private final Random random;
  private final SimulatedLog.@Nullable Defect defect;
  private final Consumer<String> trace;
  private final MessageTypes types = MessageTypes.builder().add(Program.TYPE).build();
  private final Workload workload;
  private final World world = new World();
  private final Sink sink = new Sink();
  private final CellFunction function;
  private final SimulatedLog log;
  private final @Nullable RemoteCells remotes;
  private final Awakeners awakeners;

  /** Where dead letters leave; null if they only stay. */
  private final @Nullable DeadLetterSink letters;

  /** Draws the tokens of awakeables. */
  private final Random tokens;

  private final SnapshotStore store;
  private final int partitions;
  private final int workers;
  private final double crashRate;

  /** After about how many of its steps a process hears that it was taken for dead. */
  private final int hearing;

  private final double faultRate;
  private final double rebalanceRate;
  private final double savepointRate;
  private final double standbyRate;

  /** Whether the last split is no ingress, but a process without partitions that sends. */
  private final boolean outside;

  /** Whether he sends by calls with a key. */
  private final boolean keyed;

  private final Random readers;
  private final CellReader reader;

  /** Whether cells are asked: in a quarter of the runs, so that the course of others stays. */
  private final boolean asked;

  private @Nullable CompletableFuture<TypedValue> called;
  private int calls;

  /** What the application goes on from, if it does not begin with nothing. */
  private final @Nullable Origin origin;

  private final EngineLimits limits;
  private final Map<String, CellState> shown = new TreeMap<>();
  private final Map<String, Integer> read = new HashMap<>();
  private final List<Member> members = new ArrayList<>();

  /** By partition, who may have it: in the group, or until it has let go of it. */
  private final Map<Integer, Member> owners = new TreeMap<>();

  private long now = 1_700_000_000_000L;
  private int ticks;

  /** When it is taken for stuck. */
  private int deadline = MAX_TICKS;

  private long leaptAt;
  private int lives;
  private int crashes;
  private int moves;
  private int turns;
  private int copiesUsed;
  private boolean calm;
  private @Nullable Member acting;
  private @Nullable String violation;

  private ClusterSimulation(
      long seed,
      SimulatedLog.@Nullable Defect defect,
      @Nullable Origin origin,
      boolean withRemotes,
      Consumer<String> trace) {
    this.random = new Random(seed);
    this.defect = defect;
    this.trace = trace;
    this.origin = origin;
    this.function = new CellFunction(world, types, Retention.FOREVER);
    this.partitions = 1 + random.nextInt(8);
    this.workers = 1 + random.nextInt(3);
    this.crashRate = random.nextInt(3) == 0 ? 0 : 0.001 * random.nextDouble();
    this.hearing = 1 + random.nextInt(200);
    this.faultRate = random.nextInt(4) == 0 ? 0 : 0.005 * random.nextDouble();
    this.rebalanceRate = 0.002 * random.nextDouble();
    this.savepointRate = random.nextBoolean() ? 0 : 0.004 * random.nextDouble();
    this.standbyRate = random.nextBoolean() ? 0 : 0.02 * random.nextDouble();
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
    this.log = new SimulatedLog(new Random(~seed), defect, () -> calm, world::mayCrash);
    this.store = new MoodyStore();
    this.asked = seed % 8 == 4 || seed % 8 == 6;
    this.readers = new Random(41 * seed);
    this.reader = new CellReader(readers, types, this::violate);
    int splits = 1 + random.nextInt(4);
    this.outside = origin == null && splits > 1 && random.nextInt(4) == 0;
    this.keyed = outside && seed % 2 == 0;
    Random remoteRandom = new Random(37 * seed);
    this.remotes =
        withRemotes
            ? new RemoteCells(remoteRandom, world, types, () -> calm, Retention.FOREVER)
            : null;
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
      now = origin.time();
    }
    int nodes = 2 + random.nextInt(3);
    for (int i = 0; i < nodes; i++) {
      members.add(new Member(i));
    }
  }

  /**
   * How a run ended.
   *
   * @param violation the promise that was broken, or null
   * @param moves how often a partition was asked to go elsewhere while its node lived
   * @param turns how often a process began to own partitions
   * @param posted how many messages went through inboxes
   * @param copiesUsed how often a partition came to where a copy of it was kept
   * @param savepoints how many savepoints were complete, of which one was restored
   * @param answers how many queries were answered
   * @param reached what was reached
   */
  record Outcome(
      long seed,
      @Nullable String violation,
      int crashes,
      int moves,
      int turns,
      long posted,
      int copiesUsed,
      int savepoints,
      int answers,
      Set<FaultPoint> reached) {}

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
      long time,
      SavepointStore store,
      Savepoint savepoint,
      Map<Long, Integer> committed,
      Map<Long, Integer> delivered,
      List<Awakeners.Token> tokens,
      @Nullable DeadLetterSink letters) {}

  static Outcome run(long seed) {
    return run(seed, null, false, line -> {});
  }

  /**
   * @param defect breaks the log on purpose
   * @param withRemotes whether some cells run elsewhere
   */
  static Outcome run(
      long seed,
      SimulatedLog.@Nullable Defect defect,
      boolean withRemotes,
      Consumer<String> trace) {
    ClusterSimulation simulation = new ClusterSimulation(seed, defect, null, withRemotes, trace);
    int savepoints = 0;
    try {
      simulation.run();
      // How far the sender outside was is in no savepoint.
      if (simulation.violation == null && !simulation.outside) {
        savepoints = simulation.restore(seed);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      StringBuilder text = new StringBuilder("unexpected " + e);
      for (int i = 0; i < Math.min(8, e.getStackTrace().length); i++) {
        text.append("\n    at ").append(e.getStackTrace()[i]);
      }
      simulation.violate(text.toString());
    }
    return new Outcome(
        seed,
        simulation.violation,
        simulation.crashes,
        simulation.moves,
        simulation.turns,
        simulation.log.posted(),
        simulation.copiesUsed,
        savepoints,
        simulation.reader.answers(),
        simulation.world.reached);
  }

  /** Has another cluster go on from one of the savepoints, and tells how many there are. */
  private int restore(long seed) throws IOException {
    SavepointStore savepoints = new SavepointStore(store);
    // What was cut before the time leapt has to be restored before, too.
    List<Savepoint> complete =
        savepoints.list().stream()
            .filter(savepoint -> savepoint.created().toEpochMilli() < leaptAt)
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
    for (Egress.Delivery taken : log.committed()) {
      if (isBefore(taken.id(), counters)) {
        committed.merge(taken.value().as(types.forClass(Long.class)), 1, Integer::sum);
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
    ClusterSimulation restored =
        new ClusterSimulation(
            ~seed,
            null,
            new Origin(
                workload,
                chosen.created().toEpochMilli(),
                savepoints,
                chosen,
                committed,
                delivered,
                awakeners.tokens(),
                letters),
            remotes != null,
            trace);
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

  private void violate(String what) {
    if (violation == null) {
      violation = what;
      trace.accept("VIOLATION " + what);
    }
  }

  // The run

  private void run() {
    if (origin != null) {
      begin(origin);
    }
    while (violation == null && !isDone()) {
      tick();
    }
    if (violation != null) {
      return;
    }
    calm = true;
    leaptAt = now;
    now += 2 * Workload.FAR;
    settle();
    if (violation == null && random.nextBoolean()) {
      members.forEach(member -> member.die("before the end"));
      settle();
    }
    if (violation == null) {
      check();
    }
  }

  private void begin(Origin from) {
    calm = true;
    SimulatedLog.Client client = log.enter();
    UUID writer = new UUID(random.nextLong(), 0);
    try {
      new SavepointRestore(
              from.store(),
              partitions,
              new HeapBackend(512),
              new BaseStore(store),
              new TransactionalEpochLog(
                  store, new EpochReaders(store), client, writer, world, new Clock()),
              "restore",
              new Clock())
          .restore(from.savepoint(), (ingress, split) -> SavepointRestore.Positions.LOG);
    } catch (IOException | RefusedRecordsException e) {
      throw new IllegalStateException(e);
    }
    log.expel(client);
    for (int split = 0; split < workload.splitCount(); split++) {
      byte[] position = log.position("s" + split);
      if (position != null) {
        read.put("s" + split, new ByteReader(position).readVarInt());
      }
    }
    calm = false;
  }

  private void settle() {
    deadline = ticks + MAX_TICKS;
    while (violation == null && !(ticks % 64 == 0 && isQuiet())) {
      tick();
    }
  }

  private void tick() {
    ticks++;
    if (ticks == MAX_TICKS / 2) {
      calm = true;
    }
    if (ticks > deadline) {
      violate("stuck: " + describe());
    }
    log.pass();
    if (!calm && random.nextDouble() < rebalanceRate) {
      move();
    }
    if (!calm && origin == null && random.nextDouble() < savepointRate) {
      askForSavepoint();
    }
    assign();
    if (outside && random.nextInt(20) == 0) {
      sendFromOutside();
    }
    if (asked && !calm) {
      ask();
    }
    Member member = members.get(random.nextInt(members.size()));
    if (!calm) {
      awakeners.pass(member.node);
    }
    if (!calm && random.nextDouble() < crashRate) {
      if (random.nextInt(3) == 0) {
        member.die("at random");
      } else {
        member.expel();
      }
    }
    if (random.nextInt(12) == 0) {
      world.pass();
    } else {
      member.step();
    }
  }

  private void ask() {
    String cell = "c" + readers.nextInt(workload.cellNames().size());
    Member member = members.get(readers.nextInt(members.size()));
    reader.pass(cell, member.node, () -> !member.isZombie());
  }

  private void sendFromOutside() {
    int split = workload.splitCount() - 1;
    int sent = read.getOrDefault("s" + split, 0);
    List<Workload.Entry> entries = workload.split(split);
    if (keyed) {
      call(split, sent, entries);
    } else if (sent < entries.size()) {
      Address target = CellFunction.address(entries.get(sent).cell());
      ByteWriter letter = new ByteWriter(64);
      Posting.writeLetter(
          letter,
          Posting.OUTSIDE,
          Message.of(target, null, types.wrap(entries.get(sent).program())));
      log.post(target.partition(partitions), letter.toByteArray());
      read.put("s" + split, sent + 1);
    }
  }

  /**
   * Sends by calls with a key, each to any member and again to another one, until it is said to be
   * done, and now and then once more.
   */
  private void call(int split, int sent, List<Workload.Entry> entries) {
    CompletableFuture<TypedValue> before = called;
    if (before != null && before.isDone() && !before.isCompletedExceptionally()) {
      called = null;
      if (random.nextInt(4) > 0) {
        read.put("s" + split, sent + 1);
      }
      return;
    }
    Node node = members.get(random.nextInt(members.size())).node;
    boolean waits = before != null && !before.isDone() && random.nextInt(4) > 0;
    if (sent == entries.size() || waits || node == null || node.partitions().isEmpty()) {
      return;
    }
    called =
        node.ask(
            CellFunction.address(entries.get(sent).cell()),
            new Control.Call(
                "key" + sent,
                "nonce" + calls++,
                types.wrap(entries.get(sent).program()),
                Workload.FAR,
                false));
  }

  private void askForSavepoint() {
    Node asked = members.get(random.nextInt(members.size())).node;
    if (asked != null && !asked.partitions().isEmpty()) {
      asked.requestSavepoint("request-" + ticks);
    }
  }

  /** Asks a member to let go of a partition, or of all that it has, for others. */
  private void move() {
    Member owner = owners.get(random.nextInt(partitions));
    if (owner != null && owner.leaving.isEmpty()) {
      Set<Integer> some = new TreeSet<>(owner.owned());
      int only = List.copyOf(some).get(random.nextInt(some.size()));
      if (random.nextInt(4) > 0) {
        some.removeIf(partition -> partition != only);
      }
      moves += some.size();
      owner.letGo(some);
    }
  }

  /** Gives what nobody has to members, in one go or one after the other. */
  private void assign() {
    Map<Member, Set<Integer>> given = new HashMap<>();
    List<Member> ready =
        members.stream().filter(member -> member.inGroup && member.leaving.isEmpty()).toList();
    if (ready.isEmpty()) {
      return;
    }
    for (int partition = 0; partition < partitions; partition++) {
      if (!owners.containsKey(partition) && random.nextInt(3) == 0) {
        Member owner = ready.get(random.nextInt(ready.size()));
        owners.put(partition, owner);
        given.computeIfAbsent(owner, key -> new TreeSet<>()).add(partition);
      }
    }
    for (Member member : ready) {
      Set<Integer> some = given.get(member);
      if (some != null) {
        member.get(some);
      }
    }
  }

  private boolean isDone() {
    return allRead() && random.nextInt(50) == 0 && isQuiet();
  }

  private boolean allRead() {
    for (int split = 0; split < workload.splitCount(); split++) {
      if (read.getOrDefault("s" + split, 0) < workload.split(split).size()) {
        return false;
      }
    }
    return true;
  }

  private boolean isQuiet() {
    return owners.size() == partitions
        && world.operations.isEmpty()
        && (remotes == null || remotes.isIdle())
        && log.areInboxesRead()
        && members.stream().allMatch(Member::isQuiet);
  }

  private String describe() {
    StringBuilder text = new StringBuilder("owners " + owners + ", inboxes read ");
    text.append(log.areInboxesRead()).append(", read ").append(read);
    text.append(log.describe());
    members.forEach(member -> text.append("; ").append(member.describe()));
    return text.toString();
  }

  /** A process, which lives and dies, and the group's view of it. */
  private final class Member {

    private final int number;
    private HeapBackend backend = new HeapBackend(512);

    // The group's view

    /** Whether the group counts it, whatever it thinks itself. */
    private boolean inGroup;

    /** What it is to let go of. */
    private final Set<Integer> leaving = new TreeSet<>();

    // The process; null if it is dead

    private @Nullable Ownership ownership;
    private int life;
    private EpochReaders epochs = new EpochReaders(store);
    private @Nullable Standby standby;
    private final Deque<Runnable> fetches = new ArrayDeque<>();

    /** What it keeps copies of, if it does not own it. */
    private final Set<Integer> copied = new TreeSet<>();

    /** The turn that its listener was told of; null if it owns nothing, as far as it knows. */
    private @Nullable Turn turn;

    private boolean rejoins;

    /** Whether its ownership waits for something, which only happens if others go on. */
    private boolean waits;

    private @Nullable Node node;
    private @Nullable Turn turnOfNode;

    /** What the ownership called that turn. */
    private int numberOfTurn;

    /** Whether the node's committer has ended, as others go on with its partitions. */
    private boolean fenced;

    Member(int number) {
      this.number = number;
    }

    @Override
    public String toString() {
      return "node " + number;
    }

    // What the group does

    Set<Integer> owned() {
      Set<Integer> owned = new TreeSet<>();
      owners.forEach(
          (partition, owner) -> {
            if (owner == this) {
              owned.add(partition);
            }
          });
      return owned;
    }

    void get(Set<Integer> some) {
      trace.accept(this + " gets " + some);
      Turn current = turn;
      if (current == null) {
        current = new Turn(log.enter());
        turn = current;
        turns++;
      }
      living().gained(current, some);
    }

    void letGo(Set<Integer> some) {
      Turn current = turn;
      leaving.addAll(some);
      CompletableFuture<Void> unused =
          living()
              .leaving(Set.copyOf(some))
              .whenComplete(
                  (done, failure) -> {
                    if (current != null && current == turn) {
                      left(current, some, failure);
                    }
                  });
    }

    private void left(Turn current, Set<Integer> some, @Nullable Throwable failure) {
      if (failure != null) {
        lose("could not let go in time: " + failure);
        return;
      }
      trace.accept(this + " lets go of " + some);
      leaving.clear();
      current.inboxes.keySet().removeAll(some);
      if (inGroup) {
        owners.keySet().removeAll(some);
        if (owned().isEmpty()) {
          lose("all go to others");
        }
      }
    }

    /** The group takes it for dead, and gives its partitions to others. */
    void expel() {
      if (inGroup) {
        trace.accept(this + " is taken for dead");
        leaveGroup();
      }
    }

    private void leaveGroup() {
      inGroup = false;
      leaving.clear();
      if (turn != null) {
        log.expel(turn.client);
      }
      owners.values().removeIf(owner -> owner == this);
    }

    /** Hears that it owns nothing, and is a member anew. */
    private void lose(String why) {
      trace.accept(this + " loses its partitions: " + why);
      leaveGroup();
      if (turn != null) {
        turn.over = true;
        turn = null;
        living().lost(why);
      }
      inGroup = true;
    }

    /** Whether others may go on with what its node has. */
    boolean isZombie() {
      return !inGroup || turnOfNode != turn;
    }

    // Its steps

    void step() {
      Member before = acting;
      acting = this;
      try {
        if (ownership == null) {
          live();
        } else if (rejoins || !inGroup && random.nextInt(hearing) == 0) {
          hear();
        } else {
          act(ownership);
        }
      } catch (SimulatedCrash crash) {
        die(crash.toString());
      } finally {
        acting = before;
      }
    }

    private void hear() {
      if (!rejoins && random.nextInt(4) == 0) {
        die("as it hears that it was taken for dead");
      } else {
        rejoins = false;
        lose("others go on");
      }
    }

    private void live() {
      lives++;
      life = lives;
      epochs = new EpochReaders(store);
      Standby standing =
          new Standby(
              log::committedReferences,
              epochs,
              new BaseStore(store),
              backend,
              partitions,
              new Clock(),
              Duration.ofMillis(random.nextInt(100)));
      standby = standing;
      ownership = new Ownership(new Log(), new Turns(), standing, fetches::add);
      ownership.standsBy();
      inGroup = true;
      trace.accept(this + " begins life " + lives);
    }

    private Ownership living() {
      return Objects.requireNonNull(ownership);
    }

    private void act(Ownership living) {
      if (standbyRate > 0 && standBy()) {
        return;
      }
      Node running = node;
      int what = random.nextInt(15);
      if (what >= 11 && what <= 12 || running == null) {
        own(living);
      } else {
        act(running, what);
      }
    }

    private void own(Ownership living) {
      Runnable fetch = fetches.poll();
      if (fetch != null) {
        fetch.run();
      } else if (!waits) {
        living.step();
      }
    }

    private void act(Node running, int what) {
      switch (what) {
        case 14 -> running.savepoints().step();
        case 13 -> running.bases().step();
        case 6, 7, 8 -> commit(running);
        case 9 -> running.applier().step();
        case 10 -> running.dispatchers().forEach(EgressDispatcher::step);
        default -> running.workerAt(random.nextInt(workers)).step();
      }
    }

    private void commit(Node running) {
      try {
        if (!fenced) {
          running.committer().step();
        }
      } catch (FencedException e) {
        if (!isZombie()) {
          violate(this + " is fenced though it is in the group");
        }
        trace.accept(this + " is fenced");
        fenced = true;
        living().fenced(numberOfTurn, e);
      }
    }

    private boolean standBy() {
      Standby standing = Objects.requireNonNull(standby);
      if (random.nextDouble() < standbyRate) {
        copied.clear();
        for (int partition = 0; partition < partitions; partition++) {
          if (random.nextBoolean()) {
            copied.add(partition);
          }
        }
        standing.keep(copied, Set.of());
      }
      return random.nextInt(4) == 0 && standing.step();
    }

    void die(String why) {
      if (ownership == null) {
        return;
      }
      crashes++;
      trace.accept(this + " dies " + why);
      leaveGroup();
      turn = null;
      ownership = null;
      end();
      rejoins = false;
      waits = false;
      fetches.clear();
      copied.clear();
      life = 0;
      backend = random.nextInt(4) == 0 ? new HeapBackend(512) : backend.crash(random);
    }

    private void end() {
      node = null;
      turnOfNode = null;
      fenced = false;
    }

    /** The group, as the process sees it. */
    private final class Log implements MessageLog {

      @Override
      public Collection<Ingress> ingresses() {
        return List.of();
      }

      @Override
      public Set<TypeName> egresses() {
        return Set.of();
      }

      @Override
      public Map<Integer, String> committedReferences() throws IOException {
        return log.committedReferences();
      }

      @Override
      public void join(int count, Listener listener) {}

      @Override
      public CompletableFuture<Void> post(int partition, byte[] message) {
        throw new UnsupportedOperationException();
      }

      @Override
      public MessageLog another() {
        throw new UnsupportedOperationException();
      }

      @Override
      public void rejoin() {
        rejoins = turn != null;
      }

      @Override
      public void close() {}
    }

    /** Runs nodes, as an engine does. */
    private final class Turns implements Ownership.Turns {

      private final int lived = life;

      @Override
      public void gain(MessageLog.Turn of, Set<Integer> some, BooleanSupplier lasts)
          throws IOException {
        for (int partition : some) {
          copiesUsed += copied.contains(partition) && backend.open(partition).epoch() > 0 ? 1 : 0;
        }
        // To bring back a state takes a while, in which anything may happen.
        if (!calm && crashRate > 0 && random.nextInt(6) == 0) {
          expel();
        }
        pass(random.nextInt(3) == 0 ? random.nextInt(800) : 0);
        Node running = node;
        if (running == null) {
          node = Node.recover(setup(Member.this, sources((ClusterSimulation.Turn) of), some));
          turnOfNode = (ClusterSimulation.Turn) of;
          numberOfTurn = living().turn();
        } else {
          await(running.join(some), lasts);
          settle(running, lasts);
        }
        trace.accept(Member.this + " has " + some);
      }

      private ClusterSimulation.Turn sources(ClusterSimulation.Turn of) {
        ClusterSimulation.Turn now = turn;
        return defect == SimulatedLog.Defect.SHARED_SOURCES && now != null ? now : of;
      }

      @Override
      public void leave(Set<Integer> some, BooleanSupplier lasts) throws IOException {
        Node running = node;
        if (running != null) {
          await(running.leave(some), lasts);
          settle(running, lasts);
        }
      }

      @Override
      public boolean merge(BooleanSupplier lasts) throws IOException {
        Node running = node;
        if (running == null) {
          return false;
        }
        if (!running.isWhole()) {
          await(running.merge(), lasts);
          settle(running, lasts);
        }
        return !running.isWhole();
      }

      private void settle(Node running, BooleanSupplier lasts) throws IOException {
        boolean settled = false;
        while (!settled && lasts.getAsBoolean()) {
          try {
            running.settle();
            settled = true;
          } catch (IOException e) {
            pass(10);
          }
        }
      }

      private void pass(int time) throws IOException {
        waits = true;
        try {
          for (int i = 0; i < time; i++) {
            tick();
            checkLife();
          }
        } finally {
          waits = false;
        }
      }

      private void await(CompletableFuture<Void> change, BooleanSupplier lasts) throws IOException {
        while (!change.isDone()) {
          if (!lasts.getAsBoolean()) {
            throw new IOException("lost meanwhile");
          }
          pass(1);
        }
        try {
          change.join();
        } catch (CompletionException e) {
          if (e.getCause() instanceof SimulatedCrash crash) {
            throw crash;
          }
          throw new IllegalStateException(e.getCause());
        }
      }

      private void checkLife() throws IOException {
        if (lived != life || violation != null) {
          throw new IOException("dead");
        }
      }

      @Override
      public void delayed(Throwable why) {
        trace.accept(Member.this + " tries again: " + why);
      }

      @Override
      public void end(Throwable why) {
        Member.this.end();
      }

      @Override
      public void appeared(Ingress ingress, Ingress.Split split) {}

      @Override
      public void failed(Throwable cause) {
        if (cause instanceof SimulatedCrash crash) {
          throw crash;
        }
        violate(Member.this + " fails: " + cause);
      }
    }

    boolean isQuiet() {
      Node running = node;
      if (ownership == null || !inGroup || waits || !ownership.isIdle() || !fetches.isEmpty()) {
        return false;
      }
      if (running == null) {
        return owned().isEmpty();
      }
      if (fenced
          || !running.partitions().equals(owned())
          || !running.isWhole()
          || !running.committer().isIdle()
          || running.unacknowledged() > 0) {
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

    String describe() {
      Node running = node;
      StringBuilder text = new StringBuilder(this + (inGroup ? "" : " (expelled)"));
      text.append(ownership == null ? " dead" : " idle " + ownership.isIdle());
      text.append(" waits ").append(waits).append(" leaving ").append(leaving);
      if (running == null) {
        return text.append(" has no node").toString();
      }
      text.append(" whole ").append(running.isWhole()).append(" fenced ").append(fenced);
      text.append(" idle ").append(running.committer().isIdle());
      text.append(" unacknowledged ").append(running.unacknowledged());
      for (Worker worker : running.workers()) {
        for (Partition partition : worker.partitions()) {
          text.append(" partition ").append(partition.index);
          text.append(" mailbox ").append(partition.mailbox.size());
          text.append(" outbox ").append(partition.outbox.isEmpty() ? "empty" : "full");
          text.append(" blocked ").append(partition.blocked.size());
        }
      }
      return text.toString();
    }
  }

  /** The time for which a member owns partitions, with sources that nobody else reads. */
  private final class Turn implements MessageLog.Turn {

    private final SimulatedLog.Client client;
    private final Map<Integer, Inbox> inboxes = new HashMap<>();
    private final List<Ingress> ingresses = List.of(new ProgramIngress());
    private boolean over;

    Turn(SimulatedLog.Client client) {
      this.client = client;
    }

    @Override
    public List<Ingress> ingresses() {
      check();
      return ingresses;
    }

    @Override
    public Inbox inbox(int partition) {
      check();
      return inboxes.computeIfAbsent(partition, log::inbox);
    }

    @Override
    public TransactionLog transactions() {
      check();
      return client;
    }

    private void check() {
      if (over) {
        throw new IllegalStateException("the partitions are lost");
      }
    }
  }

  private Node.Setup setup(Member member, Turn turn, Set<Integer> initial) {
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
                    Set.of(CellFunction.EGRESS),
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
        initial,
        turn::inbox,
        workers,
        store,
        new TransactionalEpochLog(
            store, member.epochs, turn.transactions(), writer, world, new Clock()),
        member.backend,
        turn.ingresses(),
        receivers(),
        worker -> Scratch.inMemory(),
        Runnable::run,
        Runnable::run,
        world,
        new Node.NodeListener() {});
  }

  /** In one order, whichever process simulates them. */
  private Map<TypeName, Egress> receivers() {
    Map<TypeName, Egress> receivers = new LinkedHashMap<>();
    receivers.put(CellFunction.OTHER_EGRESS, sink);
    DeadLetterSink.in(letters, receivers);
    return receivers;
  }

  // The oracle

  private void check() {
    workload.settle();
    Map<String, Integer> before = new HashMap<>(read);
    before.values().removeIf(position -> position == 0);
    for (String cell : workload.cellNames()) {
      Member owner = Objects.requireNonNull(owners.get(random.nextInt(partitions)));
      Node any = Objects.requireNonNull(owner.node);
      var unused =
          any.send(
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
    checkRecordsAndDeadLetters();
    // That an empty split is read up to its beginning may be committed at any time.
    read.values().removeIf(position -> position == 0);
    if (!before.equals(read)) {
      violate("an ingress was read further in the end");
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

  private void checkRecordsAndDeadLetters() {
    Map<Long, Integer> left = new HashMap<>(origin == null ? Map.of() : origin.committed());
    sink.records.values().forEach(number -> left.merge(number, 1, Integer::sum));
    log.committed()
        .forEach(
            taken -> left.merge(taken.value().as(types.forClass(Long.class)), 1, Integer::sum));
    deadLetters().forEach(number -> left.merge(number, 1, Integer::sum));
    if (!hasAll(left)) {
      violate("records that left: " + left + " in place of " + workload.emitted());
    }
  }

  /** Checks the programs among the dead letters, and returns the numbers. */
  private List<Long> deadLetters() {
    List<DeadLetter> stayed = new ArrayList<>();
    for (Member member : Set.copyOf(owners.values())) {
      for (Worker worker : Objects.requireNonNull(member.node).workers()) {
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
    }
    DeadLetterSink before = origin == null ? null : origin.letters();
    return DeadLetterSink.check(letters, stayed, workload.poisoned(), before, this::violate);
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
                  int count = left.getOrDefault(entry.getKey(), 0);
                  int missing = entry.getValue() - count;
                  return missing >= 0 && missing <= delivered.getOrDefault(entry.getKey(), 0);
                });
  }

  // The world around the nodes

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

    private final Set<FaultPoint> reached = EnumSet.noneOf(FaultPoint.class);
    private final List<CompletableFuture<Long>> operations = new ArrayList<>();
    private final Map<Long, Integer> failures = new HashMap<>();

    void pass() {
      now += random.nextInt(20);
      if (!calm && random.nextInt(400) == 0) {
        now += random.nextInt(100_000);
      }
      if (!operations.isEmpty()) {
        CompletableFuture<Long> operation = operations.remove(random.nextInt(operations.size()));
        if (random.nextInt(5) == 0) {
          operation.completeExceptionally(new IOException("simulated"));
        } else {
          operation.complete(1L);
        }
      }
      if (remotes != null) {
        remotes.pass();
      }
    }

    void mayCrash(String where) {
      if (!calm && random.nextDouble() < faultRate) {
        throw new SimulatedCrash(where);
      }
    }

    /**
     * Who is taken for dead sees what others do in its place, and can commit nothing that it does.
     */
    @Override
    public void violation(String what) {
      Member member = acting;
      if (member == null || !member.isZombie()) {
        violate(what);
      }
    }

    @Override
    public int failures(long program) {
      return failures.merge(program, 1, Integer::sum);
    }

    @Override
    public CompletionStage<Long> begin() {
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
      reached.add(point);
      mayCrash(point.name());
    }
  }

  /** A store that fails at times, also after it has done what it was asked. */
  private final class MoodyStore implements SnapshotStore {

    private final SnapshotStore objects = new InMemorySnapshotStore();

    @Override
    public boolean create(String name, Content content) throws IOException {
      strike();
      boolean created = objects.create(name, content);
      strike();
      return created;
    }

    @Override
    public byte[] read(String name, long offset, int length) throws IOException {
      strike();
      return objects.read(name, offset, length);
    }

    @Override
    public long size(String name) throws IOException {
      return objects.size(name);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      strike();
      return objects.list(prefix);
    }

    @Override
    public void delete(String name) throws IOException {
      objects.delete(name);
      strike();
    }

    @Override
    public void close() throws IOException {
      objects.close();
    }

    private void strike() throws IOException {
      if (!calm && random.nextInt(100) == 0) {
        throw new IOException("the store has a mood");
      }
    }
  }

  /** Knows a repetition by its id. */
  private final class Sink implements Egress {

    private final Map<String, Long> records = new TreeMap<>();

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      int mood = calm ? 3 : random.nextInt(10);
      if (mood == 0) {
        return CompletableFuture.failedFuture(new IOException("the sink sulks"));
      }
      for (Delivery delivery : batch) {
        long number = delivery.value().as(types.forClass(Long.class));
        Long before = records.put(delivery.id(), number);
        if (before != null && before != number) {
          violate("record " + delivery.id() + " was " + before + " and is now " + number);
        }
      }
      return mood == 1
          ? CompletableFuture.failedFuture(new IOException("took them, but did not say so"))
          : CompletableFuture.completedFuture(batch);
    }
  }

  /** The programs of the workload, as a node sees them. */
  private final class ProgramIngress implements Ingress {

    private final List<Split> splits = new ArrayList<>();

    ProgramIngress() {
      int count = workload.splitCount() - (outside ? 1 : 0);
      for (int i = 0; i < count; i++) {
        splits.add(new ProgramSplit(i));
      }
    }

    @Override
    public TypeName name() {
      return INGRESS;
    }

    @Override
    public boolean positionsInLog() {
      return true;
    }

    @Override
    public List<Split> splits() {
      return splits;
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
      byte[] known = log.position(id());
      position = known == null ? 0 : new ByteReader(known).readVarInt();
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
