/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.state.StateBackend;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries from what is committed, on threads beside the workers, which never wait for it:
 * it reads views of the backend alone. What is committed and not in the backend yet, the applier
 * writes first. Called by any thread.
 */
final class QueryDesk {

  private static final Logger LOG = LoggerFactory.getLogger(QueryDesk.class);

  private final NodeServices node;
  private final PartitionOwners owners;
  private final Applier applier;
  private final Runnable wakeApplier;
  private final Threads threads;
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile boolean closed;

  QueryDesk(
      NodeServices node,
      PartitionOwners owners,
      Applier applier,
      Runnable wakeApplier,
      Threads threads) {
    this.node = node;
    this.owners = owners;
    this.applier = applier;
    this.wakeApplier = wakeApplier;
    this.threads = threads;
  }

  /**
   * What runs queries.
   *
   * @param executor its threads; takes whatever it is given
   * @param capacity how many queries may be under way or wait at a time; more are refused
   */
  record Threads(Executor executor, int capacity) {

    /** Queries run where they are asked. */
    static final Threads NONE = new Threads(Runnable::run, Integer.MAX_VALUE);
  }

  /** Answers nothing more: somebody else is about to write into the backend. */
  void close() {
    closed = true;
  }

  /** How many queries are under way or wait. */
  int underWay() {
    return underWay.get();
  }

  /**
   * Has a function answer a query.
   *
   * @param target an instance whose partition is here
   * @return completes with the answer, or exceptionally with a {@link RequestFailedException}, or a
   *     {@link MovedException} if the partition is here no longer
   */
  CompletableFuture<TypedValue> query(Address target, TypedValue query) {
    return read(target.partition(node.partitions()), view -> answer(view, target, query));
  }

  /** Goes through some instances of a partition; completes as {@link #query} does. */
  CompletableFuture<StateScan.Step> scan(int partition, StateScan scan) {
    return read(partition, view -> scan.run(view, node));
  }

  private TypedValue answer(StateBackend.View view, Address target, TypedValue query) {
    FunctionType function = node.functions().get(target.type());
    FunctionInvoker invoker = function == null ? null : function.invoker;
    if (function == null || invoker == null) {
      throw new RequestFailedException(
          RequestFailedException.Reason.INVALID,
          "There is no function '" + target.type() + "' in this process that answers queries");
    }
    try {
      CommittedInvocation invocation =
          new CommittedInvocation(view, function, target, null, query, node.clock().millis());
      try {
        return node.messageTypes().wrap(invoker.query(invocation));
      } finally {
        invocation.end();
      }
    } catch (UnknownMessageException unknown) {
      throw failed(RequestFailedException.Reason.INVALID, unknown, unknown.getMessage());
    } catch (Exception e) {
      LOG.debug("A query of {} failed", target, e);
      throw failed(
          RequestFailedException.Reason.FAILED, e, target + " could not answer the query: " + e);
    }
  }

  private static RequestFailedException failed(
      RequestFailedException.Reason reason, Exception cause, @Nullable String text) {
    return new RequestFailedException(reason, String.valueOf(text), cause);
  }

  private <T> CompletableFuture<T> read(int number, Function<StateBackend.View, T> reading) {
    Partition partition = owners.routes().find(number);
    if (partition == null || closed) {
      return CompletableFuture.failedFuture(new MovedException(number));
    }
    if (underWay.incrementAndGet() > threads.capacity()) {
      underWay.decrementAndGet();
      return CompletableFuture.failedFuture(
          new RequestFailedException(
              RequestFailedException.Reason.UNAVAILABLE,
              threads.capacity() + " queries wait here already. Ask again later"));
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable run = () -> execute(() -> read(partition, reading, result), result);
    if (partition.isApplied()) {
      run.run();
    } else {
      applier.apply(partition, run);
      wakeApplier.run();
    }
    return result;
  }

  private void execute(Runnable task, CompletableFuture<?> result) {
    try {
      threads.executor().execute(task);
    } catch (RejectedExecutionException stopped) {
      underWay.decrementAndGet();
      result.completeExceptionally(stopped);
    }
  }

  private <T> void read(
      Partition partition, Function<StateBackend.View, T> reading, CompletableFuture<T> result) {
    try {
      // Perhaps whoever asked waits no longer.
      if (!result.isDone()) {
        readNow(partition, reading, result);
      }
    } finally {
      underWay.decrementAndGet();
    }
  }

  private <T> void readNow(
      Partition partition, Function<StateBackend.View, T> reading, CompletableFuture<T> result) {
    try (StateBackend.View view = partition.overlay.store().view()) {
      if (closed || partition.isGone()) {
        // Somebody else may have begun to write into it before the view was opened.
        result.completeExceptionally(new MovedException(partition.index));
        return;
      }
      result.complete(reading.apply(view));
    } catch (RuntimeException e) {
      result.completeExceptionally(closed ? new MovedException(partition.index) : e);
    } catch (Error e) {
      result.completeExceptionally(e);
      throw e;
    }
  }

  /** The partition is here no longer. */
  static final class MovedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    MovedException(int partition) {
      super("Partition " + partition + " has just gone to another process. Ask again in a moment");
    }
  }
}
