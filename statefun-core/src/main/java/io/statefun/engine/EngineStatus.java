/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an engine does at a moment.
 *
 * @param state whether it runs
 * @param failure why it failed, or cannot take over, as it is to
 * @param partitions how many partitions it owns
 * @param committedEpoch the newest committed epoch
 * @param commitFailures how often in a row an epoch could not be committed; 0 is good
 * @param commitFailure why, the last time; null if it could
 * @param commitWaiting for how long an epoch has been waiting for its commit
 * @param invocations how many invocations have succeeded since the start
 * @param failedInvocations how many have thrown
 * @param unappliedBytes how many bytes of committed changes the local state does not have yet,
 *     roughly
 * @param unacknowledgedRecords how many egress records wait for their receivers
 * @param waitingElsewhereBytes how many bytes of messages wait for functions elsewhere, roughly
 * @param stoppedFunctions functions that their failure policy has stopped
 * @param failingEgresses egresses that refuse records, and how often in a row
 * @param failingIngresses ingresses that cannot be read, and how often in a row
 * @param unreadableState which state could not be read since the start; null if all could
 * @param standby the copies that it keeps of other processes' partitions
 * @param savepoints what became of savepoints
 */
public record EngineStatus(
    State state,
    @Nullable Throwable failure,
    int partitions,
    long committedEpoch,
    int commitFailures,
    @Nullable String commitFailure,
    Duration commitWaiting,
    long invocations,
    long failedInvocations,
    long unappliedBytes,
    long unacknowledgedRecords,
    long waitingElsewhereBytes,
    List<TypeName> stoppedFunctions,
    Map<TypeName, Integer> failingEgresses,
    Map<TypeName, Integer> failingIngresses,
    @Nullable UnreadableState unreadableState,
    Standby standby,
    Savepoints savepoints) {

  /** An engine that handles nothing at the moment. */
  static EngineStatus withoutNode(
      State state,
      @Nullable Throwable failure,
      @Nullable UnreadableState unreadable,
      Standby standby,
      Savepoints savepoints) {
    return new EngineStatus(
        state,
        failure,
        0,
        0,
        0,
        null,
        Duration.ZERO,
        0,
        0,
        0,
        0,
        0,
        List.of(),
        Map.of(),
        Map.of(),
        unreadable,
        standby,
        savepoints);
  }

  /**
   * Copies of partitions that other processes have.
   *
   * @param copies how many are to be kept
   * @param begun how many of those were brought up to date at least once
   * @param behind by how many committed epochs one of those is still behind, the most of all; 0 if
   *     each has what was committed when it was last looked for
   * @param failures how often in a row that could not be done; 0 is good
   * @param warmingUp how many partitions are to come to this process and have not yet, since their
   *     state is being fetched
   */
  public record Standby(int copies, int begun, long behind, int failures, int warmingUp) {

    /** There are none. */
    public static final Standby NONE = new Standby(0, 0, 0, 0, 0);
  }

  /**
   * What became of savepoints, as far as this process has coordinated them. The one with partition
   * 0 does.
   *
   * @param newest the newest complete one, whoever has taken it; null if there is none, or another
   *     process coordinates
   * @param failure the newest one that was given up, if none was completed since by this process
   * @param completed how many it has completed since the start
   * @param failed how many it has given up since the start
   */
  public record Savepoints(
      @Nullable CompleteSavepoint newest,
      @Nullable FailedSavepoint failure,
      long completed,
      long failed) {

    /** There are none. */
    public static final Savepoints NONE = new Savepoints(null, null, 0, 0);
  }

  /**
   * A savepoint that is complete.
   *
   * @param created when it became so
   * @param took how long it took
   * @param bytes how many bytes it takes, roughly
   */
  public record CompleteSavepoint(long number, Instant created, Duration took, long bytes) {}

  /**
   * A savepoint that was given up.
   *
   * @param when when it was
   * @param why why it was
   */
  public record FailedSavepoint(long number, Instant when, String why) {}

  /**
   * State that could not be read since the start. Messages that needed it are dead letters, and it
   * is as it was.
   *
   * @param counts how often it happened, by function
   * @param first when it happened first
   * @param latest when it happened last
   * @param address the instance whose state it was then
   * @param cause why, then
   */
  public record UnreadableState(
      Map<TypeName, Long> counts, Instant first, Instant latest, Address address, String cause) {

    /** How often it happened to all functions together. */
    public long count() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** Whether an engine runs. */
  public enum State {
    /** It was not started. */
    NEW,
    /**
     * It does not handle messages yet, or no longer: it waits until the message log says that it
     * owns the partitions, which another process may do, or brings back what was committed.
     */
    STANDBY,
    /** It handles messages. */
    RUNNING,
    /** It was stopped. */
    STOPPED,
    /** It has stopped by itself; {@link EngineStatus#failure} says why. */
    FAILED
  }
}
