/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.Folders;
import io.statefun.benchmark.Options;
import io.statefun.benchmark.Report;
import io.statefun.benchmark.failover.CommitJournal;
import io.statefun.benchmark.failover.FailoverApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.springframework.util.unit.DataSize;

/**
 * Several processes that hold much state, of which one is killed: how long it takes until the
 * others have committed something of each of its partitions, and what their own partitions feel.
 * Then another process comes in its place, with an empty disk.
 */
public final class KafkaFailoverBenchmark {

  private static final String NAME = "failover";
  private static final long SETTLE_SECONDS = 10;
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
  private static final long PATIENCE_SECONDS = 1_800;

  private final Options options;
  private final Path data;
  private final int nodes;
  private final int partitions;
  private final int instances;
  private final boolean standby;
  private final long sessionMillis;
  private final List<KafkaEngine> engines = new ArrayList<>();

  /** Whether the first of them is dead. */
  private boolean killed;

  private KafkaFailoverBenchmark(Options options) {
    this.options = options;
    this.data = Path.of(options.text("data", "target/kafka-failover")).toAbsolutePath();
    this.nodes = options.integer("nodes", 3);
    this.partitions = options.integer("partitions", 12);
    this.standby = options.text("standby", "false").equals("true");
    this.sessionMillis = options.number("session-timeout", 10_000);
    long bytes = DataSize.parse(options.text("state", "1GB")).toBytes() * nodes;
    this.instances = Math.toIntExact(bytes / FailoverApplication.STATE_BYTES);
  }

  /** Runs it; the last line of the output is the result. */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            "state",
            "standby",
            "nodes",
            "partitions",
            "session-timeout",
            "commit-interval",
            "store",
            "rate",
            "settings",
            "data",
            "engine-jvm",
            "broker-jvm");
    System.exit(new KafkaFailoverBenchmark(options).run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    Folders.delete(data);
    Files.createDirectories(data);
    try (KafkaServices services =
        KafkaServices.start(data, options.text("broker-jvm", "-Xmx512m"))) {
      services.createTopics(partitions, "events", "results");
      try (FailoverProbe probe =
          new FailoverProbe(
              services.bootstrapServers(),
              "events",
              "results",
              partitions,
              instances,
              options.integer("rate", 100))) {
        for (int node = 0; node < nodes; node++) {
          start(services, node);
        }
        return measure(services, probe);
      }
    } finally {
      engines.forEach(KafkaEngine::close);
      Folders.delete(data);
    }
  }

  private boolean measure(KafkaServices services, FailoverProbe probe) throws Exception {
    long begun = System.nanoTime();
    await("all nodes have partitions", () -> hasAll(nodes));
    probe.fill();
    await("all state is there", () -> probe.count() == instances);
    System.out.printf(
        "%,d MB of state on %d nodes after %.0f s%n",
        (long) instances * FailoverApplication.STATE_BYTES >> 20, nodes, seconds(begun));
    await("the copies are current", () -> hasAll(nodes) && areCopiesCurrent());
    System.out.printf("The copies are current after %.0f s%n", seconds(begun));
    probe.begin();
    TimeUnit.SECONDS.sleep(2 * SETTLE_SECONDS);
    String dead = "node-0";
    Set<Integer> lost = partitionsOf(probe, dead);
    System.out.printf("Killing %s with partitions %s%n", dead, lost);
    long killedAt = System.nanoTime();
    engines.get(0).kill();
    killed = true;
    await("the others go on with them", () -> hasCome(probe, lost, dead, killedAt));
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    long joins = System.nanoTime();
    start(services, nodes);
    String newcomer = "node-" + nodes;
    await("another one has partitions", () -> !partitionsOf(probe, newcomer).isEmpty());
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    await("all partitions go on", () -> hasAll(nodes));
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    probe.stop();
    await("everything has come out", () -> probe.count() == probe.sent());
    List<FailoverProbe.Arrival> all = probe.arrivals();
    Set<Integer> moved = partitionsOf(probe, newcomer);
    Report report =
        new Report()
            .add("nodes", nodes)
            .add("partitions", partitions)
            .add(
                "state_mb_per_node",
                (long) instances * FailoverApplication.STATE_BYTES / nodes >> 20)
            .add("standby", standby)
            .add("store", options.text("store", "file"))
            .add("session_timeout_ms", sessionMillis)
            .add("lost_partitions", lost.size())
            .add("first_commit_ms", Math.round(first(all, lost, dead, killedAt).get(0)))
            .add("last_commit_ms", Math.round(last(first(all, lost, dead, killedAt))))
            .add("quiet_p50_ms", latency(all, one -> one.at() < killedAt, 0.5))
            .add("quiet_max_ms", latency(all, one -> one.at() < killedAt, 1))
            .add(
                "failover_stayed_max_ms",
                latency(
                    all,
                    one ->
                        one.due() >= killedAt
                            && one.due() < joins
                            && !lost.contains(one.partition()),
                    1))
            .add("quiet_pause_ms", pause(killedAt - QUIET_NANOS, killedAt))
            .add("failover_stayed_pause_ms", pause(killedAt, joins))
            .add("join_stayed_pause_ms", pause(joins, System.nanoTime()))
            .add("join_moved_partitions", moved.size())
            .add(
                "join_moved_max_ms",
                latency(all, one -> one.due() >= joins && moved.contains(one.partition()), 1))
            .add(
                "join_stayed_max_ms",
                latency(all, one -> one.due() >= joins && !moved.contains(one.partition()), 1));
    boolean correct = probe.isCorrect();
    System.out.println(report.add("correct", correct));
    return correct;
  }

  private void start(KafkaServices services, int node) throws IOException {
    Path directory = data.resolve("node-" + node);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--spring.application.name=" + NAME,
                "--spring.kafka.bootstrap-servers=" + services.bootstrapServers(),
                "--benchmark.node=node-" + node,
                "--benchmark.status=" + directory.resolve("status"),
                "--statefun.partitions=" + partitions,
                "--statefun.workers=1",
                // Commits without a pause would take all of a small machine.
                "--statefun.snapshot.min-commit-interval="
                    + options.integer("commit-interval", 50)
                    + "ms",
                "--statefun.data-directory=" + directory.resolve("local"),
                "--statefun.standby.copies=" + (standby ? 1 : 0),
                "--statefun.snapshot.store=" + options.text("store", "file"),
                "--statefun.snapshot.file.directory=" + data.resolve("snapshots"),
                "--statefun.snapshot.file.lock=false",
                "--statefun.kafka.session-timeout=" + sessionMillis + "ms",
                "--statefun.kafka.ingress[0].topics=events",
                "--statefun.kafka.ingress[0].type=java.lang.Long",
                "--statefun.kafka.ingress[0].target=" + FailoverApplication.FUNCTION,
                "--statefun.kafka.egress[0].name=" + FailoverApplication.EGRESS,
                "--statefun.kafka.egress[0].topic=results"));
    if (options.text("store", "file").equals("redis")) {
      arguments.add("--spring.data.redis.port=" + services.redisPort());
    }
    for (String setting : options.text("settings", "").split(",")) {
      if (!setting.isEmpty()) {
        arguments.add("--" + setting);
      }
    }
    engines.add(
        KafkaEngine.start(
            FailoverApplication.class,
            options.text("engine-jvm", "-Xms384m -Xmx384m -XX:+UseParallelGC"),
            arguments,
            directory));
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      for (int i = killed ? 1 : 0; i < engines.size(); i++) {
        engines.get(i).check();
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "It is not so that " + what + ": " + engines.get(engines.size() - 1).log());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  // What the nodes tell

  private boolean hasAll(int living) {
    List<long[]> known = statuses();
    return known.stream().filter(one -> one[0] > 0).count() == living
        && known.stream().mapToLong(one -> one[0]).sum() == partitions;
  }

  private boolean areCopiesCurrent() {
    List<long[]> known = statuses();
    long copies = known.stream().mapToLong(one -> one[1]).sum();
    return copies == (standby ? partitions : 0)
        && known.stream().allMatch(one -> one[1] == one[2] && one[3] == 0);
  }

  /** What each living node has written: partitions, copies, copies begun, epochs behind. */
  private List<long[]> statuses() {
    List<long[]> statuses = new ArrayList<>();
    for (int node = 0; node < engines.size(); node++) {
      if (engines.get(node).process().isAlive()) {
        try {
          String[] fields =
              Files.readString(data.resolve("node-" + node).resolve("status")).split(" ", -1);
          statuses.add(java.util.Arrays.stream(fields).mapToLong(Long::parseLong).toArray());
        } catch (IOException e) {
          statuses.add(new long[4]);
        }
      }
    }
    return statuses;
  }

  // What came out

  /** The partitions whose newest event a node has handled. */
  private static Set<Integer> partitionsOf(FailoverProbe probe, String node) {
    Map<Integer, String> newest = new HashMap<>();
    probe.arrivals().forEach(one -> newest.put(one.partition(), one.node()));
    Set<Integer> partitions = new HashSet<>(newest.keySet());
    partitions.removeIf(number -> !node.equals(newest.get(number)));
    return partitions;
  }

  private static boolean hasCome(
      FailoverProbe probe, Set<Integer> lost, String dead, long killedAt) {
    return first(probe.arrivals(), lost, dead, killedAt).size() == lost.size();
  }

  /** When something of each of the partitions first came from another node, in milliseconds. */
  private static List<Double> first(
      List<FailoverProbe.Arrival> all, Set<Integer> lost, String dead, long killedAt) {
    Map<Integer, Double> first = new HashMap<>();
    all.stream()
        .filter(one -> lost.contains(one.partition()) && !one.node().equals(dead))
        .forEach(one -> first.merge(one.partition(), (one.at() - killedAt) / 1e6, Math::min));
    return first.values().stream().sorted().toList();
  }

  private static double last(List<Double> sorted) {
    return sorted.get(sorted.size() - 1);
  }

  /** The longest time without a commit of the nodes that were there all the time. */
  private double pause(long from, long to) throws IOException {
    double longest = 0;
    for (int node = 1; node < nodes; node++) {
      Path commits = data.resolve("node-" + node).resolve("commits");
      longest = Math.max(longest, CommitJournal.longestPause(commits, from, to));
    }
    return longest;
  }

  private static double latency(
      List<FailoverProbe.Arrival> all, Predicate<FailoverProbe.Arrival> which, double part) {
    List<Double> sorted =
        all.stream()
            .filter(which)
            .map(FailoverProbe.Arrival::latencyMillis)
            .sorted(Comparator.naturalOrder())
            .toList();
    int at = (int) Math.ceil(part * sorted.size()) - 1;
    return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, at));
  }
}
