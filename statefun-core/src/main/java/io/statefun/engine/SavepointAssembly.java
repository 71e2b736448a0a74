/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.bootstrap.Runs;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.SectionSummary;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes a savepoint of sorted runs, a partition at a time. What it makes depends on the runs alone,
 * so that after a crash another one goes on with the partitions that are not there yet, and several
 * at once do no harm.
 */
final class SavepointAssembly {

  /** Of what is not the state of a node, but is read as if it was. */
  private static final long EPOCH = 1;

  /** Who asked for such a savepoint. */
  private static final String REQUEST = "bootstrap";

  private static final int THREADS = 2;

  private final SavepointStore savepoints;
  private final SnapshotStore store;
  private final String numbers;
  private final String application;
  private final int partitions;
  private final InstantSource clock;
  private final EpochId epoch;
  private final AtomicInteger done = new AtomicInteger();

  /**
   * @param job tells what was gathered from anything else
   */
  SavepointAssembly(
      SavepointStore savepoints,
      SnapshotStore store,
      String job,
      String application,
      int partitions,
      InstantSource clock) {
    this.savepoints = savepoints;
    this.store = store;
    this.numbers = Runs.FOLDER + job + "/numbers/";
    this.application = application;
    this.partitions = partitions;
    this.clock = clock;
    this.epoch = new EpochId(EPOCH, UUID.nameUUIDFromBytes(job.getBytes(StandardCharsets.UTF_8)));
  }

  int partitionsDone() {
    return done.get();
  }

  /** The savepoint, if it was made before. */
  Optional<Savepoint> complete() throws IOException {
    for (long number : numbers()) {
      Optional<Savepoint> found = savepoints.find(number);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private List<Long> numbers() throws IOException {
    List<Long> found = new ArrayList<>();
    for (String name : store.list(numbers)) {
      found.add(Long.parseLong(name.substring(numbers.length())));
    }
    return found;
  }

  /** Makes the savepoint, or goes on with it. */
  Savepoint assemble(Runs.Merger runs, long nextNumber) throws IOException {
    Instant begun = now();
    long number = number();
    try {
      addParts(number, runs, nextNumber);
    } catch (InvalidInputException e) {
      boolean unused = savepoints.giveUp(number, String.valueOf(e.getMessage()));
      throw e;
    }
    List<Savepoint.Part> parts = List.copyOf(savepoints.parts(number).values());
    Savepoint savepoint = new Savepoint(number, application, REQUEST, begun, now(), parts);
    if (!savepoints.complete(savepoint)) {
      savepoint =
          savepoints
              .find(number)
              .orElseThrow(() -> new IOException("Savepoint " + number + " was given up"));
    }
    Runs.deleteAll(store);
    return savepoint;
  }

  /** To the millisecond, as it is stored. */
  private Instant now() {
    return Instant.ofEpochMilli(clock.millis());
  }

  /** The number of the savepoint that was begun, or of a new one. */
  private long number() throws IOException {
    for (long number : numbers()) {
      if (savepoints.isOpen(number)) {
        return number;
      }
    }
    long number = savepoints.newestNumber() + 1;
    while (!savepoints.begin(number)) {
      number++;
    }
    boolean unused =
        store.create(
            numbers + String.format("%020d", number),
            BaseStore.content(new ByteWriter(8).writeVarLong(number)));
    return number;
  }

  private void addParts(long number, Runs.Merger runs, long nextNumber) throws IOException {
    List<Integer> missing = new ArrayList<>();
    var there = savepoints.parts(number).keySet();
    for (int partition = 0; partition < partitions; partition++) {
      if (!there.contains(partition)) {
        missing.add(partition);
      }
    }
    done.set(there.size());
    ExecutorService threads =
        Executors.newFixedThreadPool(THREADS, task -> new Thread(task, "statefun-bootstrap-merge"));
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int partition : missing) {
        all.add(
            threads.submit(
                () -> {
                  addPart(number, partition, runs, nextNumber);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        await(one);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void await(Future<?> one) throws IOException {
    try {
      Object unused = one.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  private void addPart(long number, int partition, Runs.Merger runs, long nextNumber)
      throws IOException {
    String attempt = UUID.randomUUID().toString().substring(0, 8);
    StateBackend.Cursor content = runs.partition(partition, SavepointAssembly::join);
    long bytes;
    try (BaseStore.Writer writer =
        savepoints.states(number).write(partition, EPOCH, attempt, content)) {
      boolean more = true;
      while (more) {
        more = writer.writePart();
      }
      writer.writeManifest();
      bytes = writer.bytes();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    EpochWriter rest = new EpochWriter();
    rest.begin();
    rest.beginSection(partition, SectionSummary.NOTHING);
    rest.put(Keys.counters(), new ByteWriter(10).writeVarLong(nextNumber).toByteArray());
    savepoints.addPart(number, partition, epoch, bytes, 0, rest);
    int unused = done.incrementAndGet();
  }

  /** An instance may have states of several inputs, and one row of each. */
  private static byte[] join(byte[] key, boolean sameInput, byte[] row, byte[] other) {
    if (sameInput || Keys.kind(key) != Keys.Kind.ROW) {
      throw new InvalidInputException(
          "There is more than one row for the instance "
              + (Keys.kind(key) == Keys.Kind.ROW ? Keys.rowAddress(key) : Keys.owner(key)));
    }
    return RowCodec.join(row, other);
  }
}
