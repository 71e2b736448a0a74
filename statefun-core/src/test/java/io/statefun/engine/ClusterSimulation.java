/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.TransactionalEpochLog;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.io.RefusedRecordsException;
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
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
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
  private final Consumer<String> trace;
  private final MessageTypes types = MessageTypes.builder().add(Program.TYPE).build();
  private final Workload workload;
  private final World world = new World();
  private final Sink sink = new Sink();
  private final CellFunction function;
  private final SimulatedLog log;
  private final SnapshotStore store;
  private final int partitions;
  private final int workers;
  private final double crashRate;
  private final double faultRate;
  private final double rebalanceRate;
  private final double savepointRate;
  private final double standbyRate;

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
  private long leaptAt;
  private int lives;
  private int crashes;
  private int moves;
  private int copiesUsed;
  private boolean calm;
  private @Nullable Member acting;
  private @Nullable String violation;

  private ClusterSimulation(
      long seed,
      SimulatedLog.@Nullable Defect defect,
      @Nullable Origin origin,
      Consumer<String> trace) {
    this.random = new Random(seed);
    this.trace = trace;
    this.origin = origin;
    this.function = new CellFunction(world, types, Retention.FOREVER);
    this.partitions = 1 + random.nextInt(8);
    this.workers = 1 + random.nextInt(3);
    this.crashRate = random.nextBoolean() ? 0 : 0.001 * random.nextDouble();
    this.faultRate = random.nextInt(4) == 0 ? 0 : 0.005 * random.nextDouble();
    this.rebalanceRate = 0.002 * random.nextDouble();
    this.savepointRate = random.nextBoolean() ? 0 : 0.002 * random.nextDouble();
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
    int splits = 1 + random.nextInt(4);
    this.workload =
        origin == null
            ? new Workload(random, splits, 20 + random.nextInt(100), 2 + random.nextInt(12))
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
   * @param posted how many messages went through inboxes
   * @param copiesUsed how often a partition came to where a copy of it was kept
   * @param savepoints how many savepoints were complete, of which one was restored
   * @param reached what was reached
   */
  record Outcome(
      long seed,
      @Nullable String violation,
      int crashes,
      int moves,
      long posted,
      int copiesUsed,
      int savepoints,
      Set<FaultPoint> reached) {}

  /**
   * A savepoint of another run.
   *
   * @param committed how often each record has left with a commit before the savepoint
   * @param delivered how often each may have left otherwise before the savepoint
   */
  private record Origin(
      Workload workload,
      long time,
      SavepointStore store,
      Savepoint savepoint,
      Map<Long, Integer> committed,
      Map<Long, Integer> delivered) {}

  static Outcome run(long seed) {
    return run(seed, null, line -> {});
  }

  static Outcome run(long seed, SimulatedLog.@Nullable Defect defect, Consumer<String> trace) {
    ClusterSimulation simulation = new ClusterSimulation(seed, defect, null, trace);
    int savepoints = 0;
    try {
      simulation.run();
      if (simulation.violation == null) {
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
        simulation.log.posted(),
        simulation.copiesUsed,
        savepoints,
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
                delivered),
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
    for (int tick = 0; !isDone(); tick++) {
      if (tick == MAX_TICKS / 2) {
        calm = true;
      }
      if (tick > MAX_TICKS) {
        violate("stuck: " + describe());
      }
      if (violation != null) {
        return;
      }
      ticks = tick;
      tick();
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

  private void tick() {
    log.pass();
    if (!calm && random.nextDouble() < rebalanceRate) {
      move();
    }
    if (!calm && origin == null && random.nextDouble() < savepointRate) {
      askForSavepoint();
    }
    assign();
    Member member = members.get(random.nextInt(members.size()));
    if (!calm && random.nextDouble() < crashRate) {
      if (random.nextBoolean()) {
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

  private void askForSavepoint() {
    Node asked = members.get(random.nextInt(members.size())).node;
    if (asked != null && !asked.partitions().isEmpty()) {
      asked.requestSavepoint("request-" + ticks);
    }
  }

  /** Asks a member to let go of a partition, for another one. */
  private void move() {
    int partition = random.nextInt(partitions);
    Member owner = owners.get(partition);
    if (owner != null && !owner.leaving.contains(partition)) {
      moves++;
      owner.leaving.add(partition);
      owner.events.add(new Event(false, Set.of(partition)));
    }
  }

  /** Gives what nobody has to members, in one go or one after the other. */
  private void assign() {
    Map<Member, Set<Integer>> given = new HashMap<>();
    List<Member> ready = members.stream().filter(member -> member.inGroup).toList();
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
        trace.accept(member + " gets " + some);
        member.events.add(new Event(true, some));
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

  /**
   * Partitions that come or are to leave.
   *
   * @param comes whether they come
   */
  private record Event(boolean comes, Set<Integer> partitions) {}

  /** A process, which lives and dies, and the group's view of it. */
  private final class Member {

    private final int number;
    private final Deque<Event> events = new ArrayDeque<>();
    private final Set<Integer> leaving = new TreeSet<>();
    private HeapBackend backend = new HeapBackend(512);
    private SimulatedLog.@Nullable Client client;
    private @Nullable Node node;
    private EpochReaders epochs = new EpochReaders(store);
    private @Nullable Standby standby;

    /** What it keeps copies of, if it does not own it. */
    private final Set<Integer> copied = new TreeSet<>();

    /** Whether the group counts it, whatever it thinks itself. */
    private boolean inGroup;

    private @Nullable CompletableFuture<Void> changing;

    /** Whether that is the first of the events. */
    private boolean begun;

    Member(int number) {
      this.number = number;
    }

    @Override
    public String toString() {
      return "node " + number;
    }

    void step() {
      acting = this;
      try {
        Node running = node;
        if (running == null) {
          live();
        } else if (!inGroup && random.nextInt(200) == 0) {
          die("as it hears that it was taken for dead");
        } else {
          act(running);
        }
      } catch (SimulatedCrash crash) {
        die(crash.toString());
      } catch (FencedException fenced) {
        if (inGroup) {
          violate(this + " is fenced though it is in the group");
        }
        die("as it is fenced");
      }
    }

    private void live() {
      lives++;
      SimulatedLog.Client entered = log.enter();
      client = entered;
      epochs = new EpochReaders(store);
      standby =
          new Standby(
              log::committedReferences,
              epochs,
              new BaseStore(store),
              backend,
              partitions,
              new Clock(),
              Duration.ofMillis(random.nextInt(100)));
      copied.clear();
      try {
        node = Node.recover(setup(this, entered));
        inGroup = true;
        trace.accept(this + " begins life " + lives);
      } catch (IOException e) {
        log.expel(entered);
      }
    }

    private void act(Node running) {
      if (standbyRate > 0 && standBy()) {
        return;
      }
      switch (random.nextInt(15)) {
        case 14 -> running.savepoints().step();
        case 13 -> running.bases().step();
        case 0, 1, 2, 3, 4, 5 -> running.workerAt(random.nextInt(workers)).step();
        case 6, 7, 8 -> running.committer().step();
        case 9 -> running.applier().step();
        case 10 -> running.dispatchers().forEach(EgressDispatcher::step);
        default -> change(running);
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
        standing.keep(copied);
      }
      return random.nextInt(4) == 0 && standing.step();
    }

    /** What the thread does by which partitions come and leave. */
    private void change(Node running) {
      try {
        CompletableFuture<Void> open = changing;
        if (open == null) {
          begin(running);
        } else if (open.isDone()) {
          open.join();
          running.settle();
          if (begun) {
            end(Objects.requireNonNull(events.poll()));
          }
          changing = null;
        }
      } catch (IOException e) {
        // It is tried again.
      } catch (CompletionException e) {
        if (e.getCause() instanceof SimulatedCrash crash) {
          throw crash;
        }
        throw e.getCause() instanceof RuntimeException known ? known : e;
      }
    }

    private void begin(Node running) throws IOException {
      Event next = events.peek();
      begun = next != null;
      if (next == null) {
        merge(running);
      } else if (next.comes()) {
        take(next.partitions());
        changing = running.join(next.partitions());
      } else {
        changing = running.leave(next.partitions());
      }
    }

    private void merge(Node running) throws IOException {
      if (!running.isWhole() && (calm || random.nextInt(4) == 0)) {
        changing = running.merge();
      }
    }

    private void take(Set<Integer> coming) {
      Standby standing = Objects.requireNonNull(standby);
      if (standbyRate > 0 && random.nextBoolean()) {
        standing.fetch(coming, Runnable::run).join();
      }
      standing.take(coming);
      for (int partition : coming) {
        copiesUsed += copied.contains(partition) && backend.open(partition).epoch() > 0 ? 1 : 0;
      }
    }

    private void end(Event done) {
      if (!done.comes()) {
        trace.accept(this + " lets go of " + done.partitions());
        Objects.requireNonNull(standby).giveBack(done.partitions());
        leaving.removeAll(done.partitions());
        if (inGroup) {
          owners.keySet().removeAll(done.partitions());
        }
      } else {
        trace.accept(this + " has " + done.partitions());
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
      SimulatedLog.Client left = client;
      if (left != null) {
        log.expel(left);
      }
      owners.values().removeIf(owner -> owner == this);
    }

    void die(String why) {
      if (node == null) {
        return;
      }
      crashes++;
      trace.accept(this + " dies " + why);
      leaveGroup();
      node = null;
      changing = null;
      events.clear();
      leaving.clear();
      backend = random.nextInt(4) == 0 ? new HeapBackend(512) : backend.crash(random);
    }

    boolean isQuiet() {
      Node running = node;
      if (running == null
          || !inGroup
          || !events.isEmpty()
          || changing != null
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
      if (running == null) {
        return this + " is dead";
      }
      StringBuilder text = new StringBuilder(this + (inGroup ? "" : " (expelled)"));
      text.append(" events ").append(events).append(" idle ").append(running.committer().isIdle());
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

  private Node.Setup setup(Member member, SimulatedLog.Client client) {
    NodeServices services =
        new NodeServices(
            new Clock(),
            types,
            new FunctionTypes(List.of(function)),
            Set.of(CellFunction.EGRESS, CellFunction.OTHER_EGRESS),
            Set.of(CellFunction.EGRESS),
            expression -> {
              throw new IllegalArgumentException(expression);
            },
            limits,
            partitions,
            Surroundings.NOTHING);
    UUID writer = new UUID(random.nextLong(), (long) lives << 32);
    return new Node.Setup(
        services,
        "sim",
        "sim",
        writer,
        Set.of(),
        log::inbox,
        workers,
        store,
        new TransactionalEpochLog(store, member.epochs, client, writer, world, new Clock()),
        member.backend,
        List.of(new ProgramIngress()),
        Map.of(CellFunction.OTHER_EGRESS, sink),
        worker -> Scratch.inMemory(),
        Runnable::run,
        Runnable::run,
        world,
        new Node.NodeListener() {});
  }

  // The oracle

  private void check() {
    workload.settle();
    Map<String, Integer> before = new HashMap<>(read);
    before.values().removeIf(position -> position == 0);
    for (String cell : workload.cellNames()) {
      Node any = Objects.requireNonNull(members.get(random.nextInt(members.size())).node);
      if (any.partitions().isEmpty()) {
        any = Objects.requireNonNull(Objects.requireNonNull(owners.get(0)).node);
      }
      var unused =
          any.send(
              CellFunction.address(cell),
              types.wrap(Program.of(-1, List.of(Program.Step.of(Program.Op.SHOW, 0)))));
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
      CellState comparable = new CellState(held.register(), held.sum(), held.list(), held.map(), 0);
      if (!comparable.equals(expected)) {
        violate("cell " + cell + " holds " + comparable + " in place of " + expected);
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

  private void checkRecordsAndDeadLetters() {
    Map<Long, Integer> left = new HashMap<>(origin == null ? Map.of() : origin.committed());
    sink.records.values().forEach(number -> left.merge(number, 1, Integer::sum));
    log.committed()
        .forEach(
            taken -> left.merge(taken.value().as(types.forClass(Long.class)), 1, Integer::sum));
    List<Long> poisoned = new ArrayList<>();
    for (Member member : members) {
      for (Worker worker : Objects.requireNonNull(member.node).workers()) {
        for (Partition partition : worker.partitions()) {
          byte[] all = Keys.allDeadLetters();
          try (var scan = partition.overlay.scan(all, Keys.after(all))) {
            while (scan.next()) {
              TypedValue value = DeadLetter.read(scan.value()).value();
              if (value.typeName().equals(Program.TYPE.typeName())) {
                poisoned.add(value.as(Program.TYPE).id());
              } else {
                left.merge(value.as(types.forClass(Long.class)), 1, Integer::sum);
              }
            }
          }
        }
      }
    }
    if (!hasAll(left)) {
      violate("records that left: " + left + " in place of " + workload.emitted());
    }
    if (poisoned.size() != workload.poisoned().size()
        || !new TreeSet<>(poisoned).equals(workload.poisoned())) {
      violate("dead letters " + poisoned + " in place of " + workload.poisoned());
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
      if (member == null || member.inGroup) {
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
      for (int i = 0; i < workload.splitCount(); i++) {
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
