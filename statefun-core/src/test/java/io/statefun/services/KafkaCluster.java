/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Brokers with a replica of everything on each of three, if there are so many: one of them can be
 * away while the others go on. Not for use by several threads.
 */
public final class KafkaCluster implements AutoCloseable {

  private final List<KafkaBroker> brokers = new ArrayList<>();

  private KafkaCluster(Path directory, int size) {
    KafkaBroker.Quorum quorum = KafkaBroker.Quorum.of(size);
    for (int id = 1; id <= size; id++) {
      brokers.add(KafkaBroker.prepare(directory.resolve("broker-" + id), id, quorum));
    }
  }

  /** Starts some brokers with this process' own class path. */
  public static KafkaCluster start(Path directory, int size) {
    KafkaCluster cluster = new KafkaCluster(directory, size);
    cluster.restart();
    return cluster;
  }

  /** How many brokers there are, those that are killed included. */
  public int size() {
    return brokers.size();
  }

  /** Where clients find them. */
  public String bootstrapServers() {
    return brokers.stream().map(KafkaBroker::bootstrapServers).collect(Collectors.joining(","));
  }

  /** Kills one broker without warning. */
  public void kill(int index) {
    brokers.get(index).kill();
  }

  /** Kills all brokers without warning. */
  public void kill() {
    brokers.forEach(KafkaBroker::kill);
  }

  /** Starts those that do not run, and waits until they are up. */
  public void restart() {
    List<KafkaBroker> killed = brokers.stream().filter(broker -> !broker.isRunning()).toList();
    killed.forEach(KafkaBroker::launch);
    killed.forEach(KafkaBroker::awaitStart);
  }

  @Override
  public void close() {
    kill();
  }
}
