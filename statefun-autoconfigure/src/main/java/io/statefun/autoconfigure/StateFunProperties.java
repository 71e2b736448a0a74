/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineLimits;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.QueryLimits;
import io.statefun.function.OnFailure;
import io.statefun.message.TypeName;
import io.statefun.remote.SigningKey;
import io.statefun.remote.endpoint.SignatureCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of the engine.
 *
 * <p>They validate themselves, so that no validation library is needed and every text says what is
 * allowed.
 *
 * @param enabled Whether to run functions at all, in an engine or for a runtime elsewhere.
 * @param applicationName The name of the application, stored with its data. The default is
 *     spring.application.name.
 * @param partitions The number of partitions. Fixed when the application first starts.
 * @param workers The number of threads that handle messages. The default is the number of
 *     processors.
 * @param dataDirectory The directory of the local state, which is a cache. The default is
 *     ./data/{application name}/local.
 * @param requestTimeout The time after which a request without reply fails.
 * @param onFailure What happens when the engine stops by itself.
 * @param snapshot Where committed state is stored.
 * @param memory The bounds of memory.
 * @param standby Copies of partitions that other processes have.
 * @param failure What happens after a function has thrown, unless it has an OnFailure annotation.
 * @param deadLetters Where messages go that cannot be handled.
 * @param egress Where records of functions go.
 * @param discardRecordsOfEgresses The names of egresses that the application has no longer, and
 *     whose records that still wait are to be lost.
 * @param queries Queries, which run beside the workers.
 * @param engine The engine of this process.
 * @param endpoint Functions that are served over HTTP to a runtime elsewhere.
 */
@ConfigurationProperties("statefun")
public record StateFunProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String applicationName,
    @DefaultValue("32") int partitions,
    @Nullable Integer workers,
    @Nullable Path dataDirectory,
    @DefaultValue("30s") Duration requestTimeout,
    @DefaultValue("broken") EngineFailure onFailure,
    @DefaultValue Snapshot snapshot,
    @DefaultValue Memory memory,
    @DefaultValue Standby standby,
    @DefaultValue Failure failure,
    @DefaultValue DeadLetters deadLetters,
    @DefaultValue EgressBinding egress,
    @DefaultValue List<String> discardRecordsOfEgresses,
    @DefaultValue Queries queries,
    @DefaultValue Engine engine,
    @DefaultValue Endpoint endpoint)
    implements Validator {

  public StateFunProperties {
    discardRecordsOfEgresses = List.copyOf(discardRecordsOfEgresses);
  }

  /** What happens when the engine stops by itself. */
  public enum EngineFailure {
    /** The application's liveness becomes broken, so that a platform restarts it. */
    BROKEN,
    /** Nothing; the application goes on without its functions. */
    NONE
  }

  /**
   * Where committed state is stored.
   *
   * @param store The kind of snapshot store.
   * @param bases The kind of snapshot store for base snapshots, if they are to be elsewhere.
   * @param minCommitInterval The least time between two commits. More makes larger commits, fewer
   *     requests to the store, and longer waits. The default is 0ms, and 250ms for S3, which costs
   *     per request.
   * @param maxChainSize The size of epoch objects after which base snapshots are taken, or as much
   *     as all base snapshots have, if that is more. The default is 1GB for files and 256MB for
   *     Redis.
   * @param maxChainLength The number of epoch objects after which base snapshots are taken.
   * @param file The snapshot store in files.
   */
  public record Snapshot(
      @DefaultValue("file") Store store,
      @Nullable Store bases,
      @Nullable Duration minCommitInterval,
      @Nullable DataSize maxChainSize,
      @DefaultValue("1000") int maxChainLength,
      @DefaultValue File file) {

    /** The kinds of snapshot stores. */
    public enum Store {
      /** A directory, of this machine's disk or a mounted one. */
      FILE("statefunSnapshotStore", DataSize.ofGigabytes(1), Duration.ZERO),
      /** The application's Redis. */
      REDIS("statefunRedisSnapshotStore", DataSize.ofMegabytes(256), Duration.ZERO),
      /** A bucket of Amazon S3, or of a service with its interface. */
      S3("statefunS3SnapshotStore", DataSize.ofGigabytes(1), Duration.ofMillis(250));

      private final String beanName;
      private final DataSize maxChainSize;
      private final Duration minCommitInterval;

      Store(String beanName, DataSize maxChainSize, Duration minCommitInterval) {
        this.beanName = beanName;
        this.maxChainSize = maxChainSize;
        this.minCommitInterval = minCommitInterval;
      }

      /** The name of the store's bean. */
      String beanName() {
        return beanName;
      }
    }

    /**
     * The snapshot store in files.
     *
     * @param directory The directory of the snapshots. The default is ./data/{application
     *     name}/snapshots.
     * @param lock Whether to lock the directory against other processes. Turn off for file systems
     *     without locks.
     */
    public record File(@Nullable Path directory, @DefaultValue("true") boolean lock) {}

    /** What is configured, or what suits the price of the store's space. */
    private DataSize effectiveMaxChainSize() {
      return maxChainSize == null ? store.maxChainSize : maxChainSize;
    }

    /** What is configured, or what suits the price of the store's requests. */
    private Duration effectiveMinCommitInterval() {
      return minCommitInterval == null ? store.minCommitInterval : minCommitInterval;
    }
  }

  /**
   * The bounds of memory.
   *
   * @param stateCache The memory for the state of instances, besides what has just changed.
   * @param blockCache The memory for blocks of the local state's files.
   * @param writeBuffer The memory for changes on their way to the local state's files.
   * @param maxEpochSize The size of changes after which functions wait for their commit.
   * @param maxUnappliedSize The size of changes that may wait for the local state, committed or
   *     not.
   * @param mailboxCapacity The number of messages that a partition's mailbox takes before senders
   *     keep theirs.
   * @param maxWaitingRequests The number of messages from outside that may wait before their
   *     senders are held up.
   * @param maxUnacknowledgedRecords The number of egress records that may wait in memory for their
   *     receivers. More wait in the state, on disk.
   */
  public record Memory(
      @DefaultValue("64MB") DataSize stateCache,
      @DefaultValue("32MB") DataSize blockCache,
      @DefaultValue("32MB") DataSize writeBuffer,
      @DefaultValue("16MB") DataSize maxEpochSize,
      @DefaultValue("48MB") DataSize maxUnappliedSize,
      @DefaultValue("1024") int mailboxCapacity,
      @DefaultValue("10000") int maxWaitingRequests,
      @DefaultValue("50000") int maxUnacknowledgedRecords) {}

  /**
   * Copies of partitions that other processes have. They need Kafka.
   *
   * @param copies The number of other processes that keep a copy of each partition's state, to take
   *     over without fetching it. Each copy takes disk space, and requests to the snapshot store.
   * @param interval The time between two looks for what was committed. What was in that time is
   *     fetched at a take-over.
   */
  public record Standby(@DefaultValue("0") int copies, @DefaultValue("1s") Duration interval) {}

  /**
   * Queries, which run beside the workers.
   *
   * @param threads The number of threads that answer queries. The default is half the number of
   *     processors, and at least 1.
   * @param maxWaiting The number of queries that may run or wait in this process. More are refused.
   * @param timeout The time after which a query without an answer fails.
   */
  public record Queries(
      @Nullable Integer threads,
      @DefaultValue("1000") int maxWaiting,
      @DefaultValue("30s") Duration timeout) {}

  /**
   * What happens after a function has thrown.
   *
   * @param maxAttempts The number of times that a message is handled, the first included.
   * @param initialBackoff The pause before the second attempt.
   * @param maxBackoff The longest pause between attempts.
   * @param multiplier The factor by which each pause is longer than the one before.
   * @param then What happens when all attempts have failed.
   * @param waitForNewerVersion The time for which a message waits whose function or type this
   *     version of the application does not know, until it goes to the dead letters. A node with a
   *     newer version may take it over meanwhile. The default is 10m with Kafka, and 0 without.
   */
  public record Failure(
      @DefaultValue("5") int maxAttempts,
      @DefaultValue("100ms") Duration initialBackoff,
      @DefaultValue("1m") Duration maxBackoff,
      @DefaultValue("2.0") double multiplier,
      @DefaultValue("dead-letter") OnFailure.Then then,
      @Nullable Duration waitForNewerVersion) {}

  /**
   * Where records of functions go.
   *
   * @param events The names of egresses, as in shop/receipts, whose records become application
   *     events.
   */
  public record EgressBinding(@DefaultValue List<String> events) {

    public EgressBinding {
      events = List.copyOf(events);
    }
  }

  /**
   * The engine of this process.
   *
   * @param enabled Whether to run the engine. Without it the process keeps no state and has no
   *     StateFunTemplate; it can serve its functions to a runtime elsewhere.
   */
  public record Engine(@DefaultValue("true") boolean enabled) {}

  /**
   * Functions that are served over HTTP to a runtime elsewhere.
   *
   * @param enabled Whether to serve the functions over HTTP to a runtime elsewhere, as Apache Flink
   *     Stateful Functions. It needs Spring MVC.
   * @param path The path that requests come to, or a pattern as in /statefun/{name}.
   * @param maxRequestSize The size of the largest request.
   * @param asyncTimeout The time that a request waits for asynchronous operations of its functions,
   *     all together. After it their ends are unknown.
   * @param signing Which requests are let in.
   */
  public record Endpoint(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("/statefun") String path,
      @DefaultValue("32MB") DataSize maxRequestSize,
      @DefaultValue("1m") Duration asyncTimeout,
      @DefaultValue Signing signing) {}

  /**
   * Which requests are let in.
   *
   * @param keys The secrets that runtimes sign their requests with, of at least 16 characters, by
   *     the names of the keys. Without any, requests need no signature.
   * @param tolerance The time by which clocks may differ, and that a request may be on its way.
   */
  public record Signing(
      @DefaultValue Map<String, String> keys, @DefaultValue("5m") Duration tolerance) {

    public Signing {
      keys = Map.copyOf(keys);
    }

    /** Looks at signatures, or null if none is needed. */
    public @Nullable SignatureCheck check() {
      return keys.isEmpty()
          ? null
          : new SignatureCheck(
              keys.entrySet().stream()
                  .map(key -> SigningKey.of(key.getKey(), key.getValue()))
                  .toList(),
              tolerance,
              InstantSource.system());
    }

    /** The names of the keys alone. */
    @Override
    public String toString() {
      return "Signing[" + keys.keySet() + "]";
    }
  }

  /**
   * Where messages go that cannot be handled.
   *
   * @param egress The name of an egress by which they leave as well, namespace/name, with the
   *     commit that gives them up. Without one they only stay in the state.
   * @param keep Whether those that leave stay in the state, too, where they can be looked at and
   *     handled again.
   */
  public record DeadLetters(@Nullable String egress, @DefaultValue("true") boolean keep) {}

  EngineLimits limits() {
    return new EngineLimits(
        memory.stateCache.toBytes(),
        memory.maxEpochSize.toBytes(),
        snapshot.effectiveMinCommitInterval(),
        memory.maxUnappliedSize.toBytes(),
        memory.mailboxCapacity,
        memory.maxWaitingRequests,
        memory.maxUnacknowledgedRecords,
        snapshot.effectiveMaxChainSize().toBytes(),
        snapshot.maxChainLength);
  }

  QueryLimits queryLimits() {
    Integer threads = queries.threads;
    return new QueryLimits(
        threads == null ? QueryLimits.DEFAULT.threads() : threads,
        queries.maxWaiting,
        queries.timeout);
  }

  /** The failure policy of functions that declare none. */
  public FailurePolicy failurePolicy() {
    return new FailurePolicy(
        failure.maxAttempts,
        failure.initialBackoff,
        failure.maxBackoff,
        failure.multiplier,
        failure.then);
  }

  @Override
  public boolean supports(Class<?> type) {
    return type == StateFunProperties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    ((StateFunProperties) target).validate(new Checks(errors));
  }

  private void validate(Checks checks) {
    checks.that(
        applicationName == null || !applicationName.isBlank(),
        "applicationName",
        "must not be blank");
    checks.that(
        partitions >= 1 && partitions <= 32_768, "partitions", "must be between 1 and 32768");
    checks.that(workers == null || workers >= 1, "workers", "must be at least 1");
    checks.positive(requestTimeout, "requestTimeout");
    checks.notNegative(snapshot.effectiveMinCommitInterval(), "snapshot.minCommitInterval");
    checks.that(
        snapshot.bases != snapshot.store,
        "snapshot.bases",
        "must be another one than statefun.snapshot.store, or not be set");
    checks.atLeastOneMegabyte(snapshot.effectiveMaxChainSize(), "snapshot.maxChainSize");
    checks.positive(snapshot.maxChainLength, "snapshot.maxChainLength");
    checks.atLeastOneMegabyte(memory.stateCache, "memory.stateCache");
    checks.atLeastOneMegabyte(memory.blockCache, "memory.blockCache");
    checks.atLeastOneMegabyte(memory.writeBuffer, "memory.writeBuffer");
    checks.atLeastOneMegabyte(memory.maxEpochSize, "memory.maxEpochSize");
    checks.atLeastOneMegabyte(memory.maxUnappliedSize, "memory.maxUnappliedSize");
    checks.positive(memory.mailboxCapacity, "memory.mailboxCapacity");
    checks.positive(memory.maxWaitingRequests, "memory.maxWaitingRequests");
    checks.positive(memory.maxUnacknowledgedRecords, "memory.maxUnacknowledgedRecords");
    checks.that(
        standby.copies >= 0 && standby.copies <= 16, "standby.copies", "must be between 0 and 16");
    checks.that(standby.interval.toMillis() >= 10, "standby.interval", "must be at least 10ms");
    checks.that(
        queries.threads == null || queries.threads >= 1, "queries.threads", "must be at least 1");
    checks.positive(queries.maxWaiting, "queries.maxWaiting");
    checks.that(queries.timeout.toMillis() >= 1, "queries.timeout", "must be at least 1ms");
    checks.positive(failure.maxAttempts, "failure.maxAttempts");
    checks.notNegative(failure.initialBackoff, "failure.initialBackoff");
    checks.that(
        failure.maxBackoff.compareTo(failure.initialBackoff) >= 0,
        "failure.maxBackoff",
        "must not be less than statefun.failure.initial-backoff");
    checks.that(
        failure.multiplier >= 1 && !Double.isInfinite(failure.multiplier),
        "failure.multiplier",
        "must be a number of at least 1");
    checks.that(
        failure.waitForNewerVersion == null || !failure.waitForNewerVersion.isNegative(),
        "failure.waitForNewerVersion",
        "must not be negative");
    endpoint.signing.keys.forEach((name, secret) -> checks.signingKey(name, secret));
    checks.positive(endpoint.signing.tolerance, "endpoint.signing.tolerance");
    if (deadLetters.egress != null) {
      checks.typeName(deadLetters.egress, "deadLetters.egress");
    }
    checks.that(
        deadLetters.keep || deadLetters.egress != null,
        "deadLetters.keep",
        "must be true unless statefun.dead-letters.egress names an egress: messages would be lost");
    checks.typeNames(egress.events, "egress.events");
    checks.typeNames(discardRecordsOfEgresses, "discardRecordsOfEgresses");
    checks.that(endpoint.path.startsWith("/"), "endpoint.path", "must begin with '/'");
    checks.that(
        endpoint.maxRequestSize.toBytes() >= 1 && endpoint.maxRequestSize.toGigabytes() < 2,
        "endpoint.maxRequestSize",
        "must be at least 1B and less than 2GB");
    checks.notNegative(endpoint.asyncTimeout, "endpoint.asyncTimeout");
  }

  private record Checks(Errors errors) {

    void that(boolean valid, String field, String message) {
      if (!valid) {
        errors.rejectValue(field, "invalid", message);
      }
    }

    void signingKey(String name, String secret) {
      try {
        SigningKey unused = SigningKey.of(name, secret);
      } catch (IllegalArgumentException e) {
        that(false, "endpoint.signing.keys", String.valueOf(e.getMessage()));
      }
    }

    void typeNames(List<String> names, String field) {
      for (int i = 0; i < names.size(); i++) {
        typeName(names.get(i), field + "[" + i + "]");
      }
    }

    void typeName(String name, String field) {
      try {
        TypeName.parse(name);
      } catch (IllegalArgumentException e) {
        that(false, field, String.valueOf(e.getMessage()));
      }
    }

    void positive(int value, String field) {
      that(value >= 1, field, "must be at least 1");
    }

    void positive(Duration value, String field) {
      that(value.compareTo(Duration.ZERO) > 0, field, "must be more than 0");
    }

    void notNegative(Duration value, String field) {
      that(!value.isNegative(), field, "must not be negative");
    }

    void atLeastOneMegabyte(DataSize value, String field) {
      that(value.toMegabytes() >= 1, field, "must be at least 1MB");
    }
  }
}
