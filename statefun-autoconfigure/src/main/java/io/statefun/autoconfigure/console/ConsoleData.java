/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.EngineLoad;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.FunctionMeter;
import io.statefun.engine.PartitionLoad;
import io.statefun.engine.StateFunEngine;
import io.statefun.engine.Traffic;
import io.statefun.message.TypeName;
import io.statefun.remote.RemoteEndpoints;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the page shows of the engine. Each answer is bounded, however much there is. */
final class ConsoleData {

  private static final int FUNCTIONS = 500;
  private static final int EDGES = 300;
  private static final int SAVEPOINTS = 100;
  private static final int BUSIEST = 20;
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String application;
  private final boolean writable;
  private final StateFunEngine engine;
  private final History history;
  private final CommitTimes commits;
  private final CallTally calls;
  private final @Nullable RemoteEndpoints endpoints;
  private final @Nullable SavepointStore savepoints;
  private final DeadLetterCount deadLetters;
  private final String node = nodeName();

  private @Nullable Savepoints foundSavepoints;
  private long foundSavepointsAt;
  private @Nullable CompletableFuture<Map<Integer, String>> foundOwners;
  private long foundOwnersAt;

  ConsoleData(
      String application,
      boolean writable,
      StateFunEngine engine,
      History history,
      CommitTimes commits,
      CallTally calls,
      @Nullable RemoteEndpoints endpoints,
      @Nullable SavepointStore savepoints) {
    this.application = application;
    this.writable = writable;
    this.engine = engine;
    this.history = history;
    this.commits = commits;
    this.calls = calls;
    this.endpoints = endpoints;
    this.savepoints = savepoints;
    this.deadLetters = new DeadLetterCount(engine);
  }

  private static String nodeName() {
    String host = System.getenv("HOSTNAME");
    String process = "process " + ProcessHandle.current().pid();
    return host == null || host.isBlank() ? process : host + " · " + process;
  }

  DeadLetterCount deadLetters() {
    return deadLetters;
  }

  // Overview

  Map<String, Object> overview() {
    EngineStatus status = engine.status();
    EngineLoad load = engine.load();
    long letters = deadLetters.get();
    List<RemoteEndpoints.Status> remote = endpoints == null ? List.of() : endpoints.status();
    Warnings warnings =
        new Warnings()
            .engine(status)
            .load(load, history.recentlyLimited())
            .endpoints(remote)
            .deadLetters(letters);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("time", Instant.now());
    all.put("application", application);
    all.put("node", node);
    all.put("uptime", ManagementFactory.getRuntimeMXBean().getUptime());
    all.put("writable", writable);
    all.put("state", status.state().name().toLowerCase(Locale.ROOT));
    all.put("health", warnings.health());
    all.put("warnings", warnings.all());
    all.put("epoch", status.committedEpoch());
    all.put("workers", load.workers());
    all.put("partitions", partitionSummary());
    all.put("waiting", load.waitingMessages());
    all.put("blocked", load.blockedInstances());
    all.put("operations", load.operations());
    all.put("calls", load.calls());
    all.put("commitFailures", status.commitFailures());
    all.put("lastCommit", commit(commits.newest()));
    all.put("savepoint", savepoint(status.savepoints().newest()));
    all.put("savepointFailure", status.savepoints().failure());
    all.put("deadLettersWaiting", letters);
    all.put("endpoints", remote.size());
    all.put(
        "failingEndpoints",
        remote.stream()
            .filter(endpoint -> endpoint.failures() >= Warnings.FAILURES_IN_A_ROW)
            .count());
    return all;
  }

  private Map<String, Object> partitionSummary() {
    List<PartitionLoad> here = engine.partitions();
    return Map.of(
        "here",
        here.size(),
        "all",
        engine.partitionCount(),
        "coordinates",
        here.stream().anyMatch(partition -> partition.number() == 0));
  }

  private static @Nullable Object savepoint(EngineStatus.@Nullable CompleteSavepoint newest) {
    return newest == null
        ? null
        : new SavepointRow(
            newest.number(), newest.created(), newest.took().toMillis(), newest.bytes(), 0, false);
  }

  /** The last minutes. */
  History.Page history(long since) {
    return history.since(since);
  }

  // Functions

  /**
   * A function.
   *
   * @param p99Nanos what 99 of 100 invocations took at most since the process started; null if that
   *     is not known
   */
  record FunctionRow(
      String name,
      boolean local,
      boolean stopped,
      long handled,
      long failed,
      long retries,
      long deadLetters,
      long measured,
      long nanos,
      @Nullable Long p99Nanos,
      long waitingBytes) {}

  /** The functions, those first that have done most. */
  Map<String, Object> functions() {
    List<String> stopped =
        engine.status().stoppedFunctions().stream().map(TypeName::toString).toList();
    Map<String, Long> waiting = waiting();
    List<FunctionRow> rows = new ArrayList<>();
    for (FunctionMeter meter : engine.functions()) {
      boolean used = meter.handled() + meter.failed() + meter.deadLetters() > 0;
      if (used || !meter.name().equals("unknown")) {
        rows.add(row(meter, stopped.contains(meter.name()), waiting));
      }
    }
    int total = rows.size();
    rows.sort(Comparator.comparing(FunctionRow::handled).reversed());
    List<FunctionRow> shown = new ArrayList<>(rows.subList(0, Math.min(FUNCTIONS, total)));
    shown.sort(Comparator.comparing(FunctionRow::name));
    return Map.of("time", System.currentTimeMillis(), "functions", shown, "total", total);
  }

  private Map<String, Long> waiting() {
    Map<String, Long> waiting = new HashMap<>();
    engine
        .waitingElsewhere()
        .forEach(
            (function, bytes) -> {
              waiting.merge(function.toString(), bytes, Long::sum);
              waiting.merge(function.namespace() + "/*", bytes, Long::sum);
            });
    return waiting;
  }

  private static FunctionRow row(FunctionMeter meter, boolean stopped, Map<String, Long> waiting) {
    return new FunctionRow(
        meter.name(),
        meter.isLocal() || meter.name().equals("unknown"),
        stopped,
        meter.handled(),
        meter.failed(),
        meter.retries(),
        meter.deadLetters(),
        meter.measured(),
        meter.nanos(),
        p99(meter),
        waiting.getOrDefault(meter.name(), 0L));
  }

  private static @Nullable Long p99(FunctionMeter meter) {
    long all = meter.within(Long.MAX_VALUE);
    for (long bound : FunctionMeter.bounds()) {
      if (all > 0 && meter.within(bound) >= all * 0.99) {
        return bound;
      }
    }
    return null;
  }

  // Graph

  /** A sender or a receiver. */
  record Node(String id, String kind, String name, boolean remote) {}

  /** An edge. */
  record Edge(String from, String to, long messages) {}

  /** Who sends to whom: the edges along which most went. */
  Map<String, Object> graph() {
    List<Traffic.Edge> edges = new ArrayList<>(engine.traffic());
    edges.sort(Comparator.comparing(Traffic.Edge::messages).reversed());
    Map<String, Boolean> local =
        engine.functions().stream()
            .collect(Collectors.toMap(FunctionMeter::name, FunctionMeter::isLocal));
    Map<String, Node> nodes = new LinkedHashMap<>();
    List<Edge> shown = new ArrayList<>();
    for (Traffic.Edge edge : edges.subList(0, Math.min(EDGES, edges.size()))) {
      shown.add(
          new Edge(
              node(edge.from(), local, nodes), node(edge.to(), local, nodes), edge.messages()));
    }
    return Map.of(
        "time",
        System.currentTimeMillis(),
        "nodes",
        nodes.values(),
        "edges",
        shown,
        "total",
        edges.size());
  }

  private static String node(
      Traffic.Place place, Map<String, Boolean> local, Map<String, Node> nodes) {
    String kind = place.kind().name().toLowerCase(Locale.ROOT);
    String id = kind + ":" + place.name();
    boolean remote =
        place.kind() == Traffic.Kind.FUNCTION && !local.getOrDefault(place.name(), true);
    nodes.putIfAbsent(id, new Node(id, kind, place.name(), remote));
    return id;
  }

  // Partitions

  /**
   * A partition.
   *
   * @param owner the index of the process that has it; null if that is not known
   * @param worker the worker that has it; null if it is elsewhere
   */
  record PartitionRow(int number, @Nullable Integer owner, @Nullable Integer worker, int waiting) {}

  /** A process. */
  record Owner(String name, boolean here, int partitions) {}

  /** Some partitions, and who has them. */
  Map<String, Object> partitions(int offset, int limit) {
    Map<Integer, PartitionLoad> here =
        engine.partitions().stream()
            .collect(Collectors.toMap(PartitionLoad::number, partition -> partition));
    CompletableFuture<Map<Integer, String>> asked = owners();
    Map<Integer, String> elsewhere =
        asked.isDone() && !asked.isCompletedExceptionally() ? asked.join() : Map.of();
    int count = engine.partitionCount();
    Map<String, Integer> sizes = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    List<PartitionRow> rows = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      PartitionLoad load = here.get(number);
      String owner = load == null ? elsewhere.get(number) : node;
      Integer index = null;
      if (owner != null) {
        if (sizes.merge(owner, 1, Integer::sum) == 1) {
          names.add(owner);
        }
        index = names.indexOf(owner);
      }
      if (number >= offset && rows.size() < limit) {
        rows.add(
            new PartitionRow(
                number,
                index,
                load == null ? null : load.worker(),
                load == null ? 0 : load.waitingMessages()));
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("all", count);
    all.put("here", here.size());
    all.put("waiting", here.values().stream().mapToLong(PartitionLoad::waitingMessages).sum());
    all.put("partitions", rows);
    all.put(
        "owners",
        names.stream()
            .map(name -> new Owner(name, name.equals(node), sizes.getOrDefault(name, 0)))
            .toList());
    all.put("ownersKnown", !elsewhere.isEmpty() || here.size() == count);
    all.put(
        "ownersProblem",
        asked.isCompletedExceptionally() ? "Kafka does not say who has the others." : null);
    all.put(
        "busiest",
        here.values().stream()
            .sorted(Comparator.comparing(PartitionLoad::waitingMessages).reversed())
            .limit(BUSIEST)
            .map(load -> new PartitionRow(load.number(), 0, load.worker(), load.waitingMessages()))
            .toList());
    return all;
  }

  private synchronized CompletableFuture<Map<Integer, String>> owners() {
    CompletableFuture<Map<Integer, String>> found = foundOwners;
    if (found == null || found.isDone() && System.nanoTime() - foundOwnersAt > FRESH_NANOS) {
      CompletableFuture<Map<Integer, String>> next = engine.owners();
      foundOwnersAt = System.nanoTime();
      if (found == null || next.isDone()) {
        foundOwners = next;
      } else {
        // What was known is shown until there is news.
        var unused = next.whenComplete((owners, failure) -> keep(next));
      }
    }
    return foundOwners == null ? CompletableFuture.completedFuture(Map.of()) : foundOwners;
  }

  private synchronized void keep(CompletableFuture<Map<Integer, String>> owners) {
    foundOwners = owners;
  }

  // Snapshots

  /** A commit. */
  record CommitRow(
      Instant time,
      double millis,
      double cut,
      double store,
      double log,
      long bytes,
      long entries) {}

  Map<String, Object> commits() {
    List<@Nullable CommitRow> rows = new ArrayList<>();
    commits.last().forEach(done -> rows.add(commit(done)));
    return Map.of("commits", rows);
  }

  private static @Nullable CommitRow commit(CommitTimes.@Nullable Done done) {
    return done == null
        ? null
        : new CommitRow(
            done.time(),
            done.commit().nanos() / 1e6,
            done.commit().cutNanos() / 1e6,
            done.commit().storeNanos() / 1e6,
            done.commit().logNanos() / 1e6,
            done.commit().bytes(),
            done.commit().entries());
  }

  /** A savepoint. */
  record SavepointRow(
      long number, Instant created, long took, long bytes, int partitions, boolean scheduled) {

    static SavepointRow of(Savepoint savepoint) {
      return new SavepointRow(
          savepoint.number(),
          savepoint.created(),
          savepoint.took().toMillis(),
          savepoint.bytes(),
          savepoint.partitions(),
          savepoint.request().equals(Savepoint.SCHEDULED));
    }
  }

  /** The newest savepoints. */
  record Savepoints(List<SavepointRow> savepoints, boolean more) {}

  /** The newest savepoints, the newest first, as of a few seconds ago. */
  synchronized Savepoints savepoints() throws IOException {
    Savepoints found = foundSavepoints;
    if (found == null || System.nanoTime() - foundSavepointsAt > FRESH_NANOS) {
      List<Savepoint> all =
          new ArrayList<>(savepoints == null ? List.<Savepoint>of() : savepoints.list());
      Collections.reverse(all);
      found =
          new Savepoints(
              all.stream().limit(SAVEPOINTS).map(SavepointRow::of).toList(),
              all.size() > SAVEPOINTS);
      foundSavepoints = found;
      foundSavepointsAt = System.nanoTime();
    }
    return found;
  }

  synchronized void savepointTaken() {
    foundSavepoints = null;
  }

  // Endpoints

  /** An endpoint. */
  record EndpointRow(
      String name,
      int failures,
      @Nullable String lastFailure,
      long calls,
      long failed,
      long messages,
      long nanos,
      Map<String, Long> outcomes,
      long waitingBytes) {}

  Map<String, Object> endpoints() {
    Map<TypeName, Long> waiting = engine.waitingElsewhere();
    List<EndpointRow> rows = new ArrayList<>();
    for (RemoteEndpoints.Status status :
        endpoints == null ? List.<RemoteEndpoints.Status>of() : endpoints.status()) {
      CallTally.Counted counted = calls.of(status.endpoint());
      rows.add(
          new EndpointRow(
              status.endpoint(),
              status.failures(),
              status.lastFailure(),
              counted.calls(),
              counted.failed(),
              counted.messages(),
              counted.nanos(),
              counted.outcomes(),
              counted.functions().stream()
                  .mapToLong(function -> waiting.getOrDefault(function, 0L))
                  .sum()));
    }
    return Map.of("time", System.currentTimeMillis(), "endpoints", rows);
  }
}
