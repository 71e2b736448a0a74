/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.cluster.EpochOutput;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SectionSummary;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Has an application that holds nothing go on from a savepoint, with as many partitions as it has.
 * All that the savepoint has becomes base snapshots and the application's first epoch, which is
 * committed as any other; before that, nothing has happened.
 */
final class SavepointRestore {

  private static final long FIRST_EPOCH = 1;

  private final SavepointStore savepoints;
  private final int partitions;
  private final StateBackend workspace;
  private final BaseStore bases;
  private final EpochLog log;
  private final String attempt;
  private final InstantSource clock;

  /**
   * @param savepoints where the savepoint is
   * @param partitions how many partitions the application has
   * @param workspace for the states meanwhile; empty
   * @param bases where the application's base snapshots belong
   * @param log where its epochs are committed
   * @param attempt a name that no other attempt has
   */
  SavepointRestore(
      SavepointStore savepoints,
      int partitions,
      StateBackend workspace,
      BaseStore bases,
      EpochLog log,
      String attempt,
      InstantSource clock) {
    this.clock = clock;
    this.savepoints = savepoints;
    this.partitions = partitions;
    this.workspace = workspace;
    this.bases = bases;
    this.log = log;
    this.attempt = attempt;
  }

  /**
   * Restores a savepoint.
   *
   * @param positions where the positions of ingresses belong
   * @throws StateHeldException if the application has committed something already
   * @throws IOException if it fails; nothing is committed then, unless the message says otherwise
   */
  void restore(Savepoint savepoint, Positions positions)
      throws IOException, RefusedRecordsException {
    Set<Integer> all =
        IntStream.range(0, partitions).boxed().collect(Collectors.toCollection(TreeSet::new));
    // Looked for first: what comes after it was found that nothing is committed may be of another
    // process that has taken this one for dead.
    Set<Integer> leftovers = bases.newest().keySet();
    if (!log.open(all).epochs().isEmpty()) {
      throw new StateHeldException(
          "The application holds state already, which a savepoint would replace. Restore it under"
              + " another name, or into a store that is empty.");
    }
    deleteLeftovers(leftovers);
    Repartition repartition = new Repartition(savepoint.partitions(), partitions, workspace, clock);
    for (Savepoint.Part part : savepoint.parts()) {
      repartition.begin(part.partition());
      savepoints.rest(savepoint, part.partition()).read(part.partition(), repartition.rest());
      savepoints.readChannels(savepoint, part, repartition::channel);
      savepoints
          .states(savepoint.number())
          .read(part.partition(), part.epoch(), repartition::entry);
    }
    commit(repartition, positions, all);
  }

  /** Deletes what an attempt before has left, which is of no epoch that was ever committed. */
  private void deleteLeftovers(Set<Integer> of) throws IOException {
    for (int partition : of) {
      bases.deleteBefore(partition, Long.MAX_VALUE, FaultPoint.Listener.NONE);
    }
  }

  private void commit(Repartition repartition, Positions positions, Set<Integer> all)
      throws IOException, RefusedRecordsException {
    List<EpochOutput.Position> inLog = new ArrayList<>();
    Map<Integer, Map<byte[], byte[]>> inState = new HashMap<>();
    repartition
        .positions()
        .forEach(
            (at, position) -> {
              int reader = positions.reader(at.ingress(), at.split());
              if (reader == Positions.LOG) {
                inLog.add(new EpochOutput.Position(at.ingress(), at.split(), position));
              } else if (reader != Positions.NOBODY) {
                inState
                    .computeIfAbsent(reader, key -> new HashMap<>())
                    .put(Keys.position(at.ingress(), at.split()), position);
              }
            });
    EpochWriter content = new EpochWriter();
    ByteWriter buffer = new ByteWriter(1024);
    content.begin();
    for (int partition : all) {
      PendingMessages pending =
          repartition.end(partition, FIRST_EPOCH, inState.getOrDefault(partition, Map.of()));
      content.beginSection(partition, SectionSummary.NOTHING);
      pending.writeTo(content::pending, buffer);
      writeBase(partition);
    }
    List<EpochHeader.Need> needs =
        all.stream()
            .map(partition -> new EpochHeader.Need(partition, FIRST_EPOCH, List.of()))
            .toList();
    EpochOutput output = new EpochOutput(List.of(), List.of(), inLog, log.inboxEnds(all));
    var unused = log.commit(FIRST_EPOCH, content, needs, output);
  }

  private void writeBase(int partition) throws IOException {
    StateBackend.Cursor state =
        workspace.open(partition).scan(new byte[] {1}, new byte[] {(byte) 0xfe});
    try (BaseStore.Writer writer = bases.write(partition, FIRST_EPOCH, attempt, state)) {
      boolean more = true;
      while (more) {
        more = writer.writePart();
      }
      writer.writeManifest();
    }
  }

  /** Knows where positions of ingresses belong. */
  interface Positions {

    /** To the message log. */
    int LOG = -1;

    /** To nobody: the ingress begins where it is configured to. */
    int NOBODY = -2;

    /** The partition that reads a split, or one of the constants. */
    int reader(TypeName ingress, String split);
  }
}
