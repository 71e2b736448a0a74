/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.OnFailure;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceContext;
import io.statefun.trace.TracedInvocation;
import io.statefun.trace.Tracing;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's calls of functions elsewhere. While an instance is called the worker goes on, and what
 * comes for that instance meanwhile is the next batch. A call counts as not handled until its reply
 * is applied: an epoch that ends before has its messages.
 */
final class RemoteCalls {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteCalls.class);

  private static final long MAX_BATCH_BYTES = 4 << 20;

  private final NodeServices node;
  private final Barrier barrier;
  private final WorkerInvocation invocation;
  private final Host host;
  private final String ids;

  /** Calls that begin when their epoch is committed. */
  private final ArrayDeque<Awaiting> awaiting = new ArrayDeque<>();

  private final PriorityQueue<Retry> retries =
      new PriorityQueue<>((a, b) -> Long.compare(a.call.retryAt, b.call.retryAt));

  private final ArrayDeque<Runnable> replies = new ArrayDeque<>();

  private final FirstCalls<Awaiting> firstCalls = new FirstCalls<>();

  private int underWay;

  /**
   * @param ids what the ids of calls begin with: something that no other process has
   */
  RemoteCalls(
      NodeServices node, Barrier barrier, WorkerInvocation invocation, Host host, String ids) {
    this.node = node;
    this.barrier = barrier;
    this.invocation = invocation;
    this.host = host;
    this.ids = ids;
  }

  /** The worker, as its calls see it. */
  interface Host {

    /** Has something run by the worker soon. Called by any thread. */
    void notice(Runnable action);

    Collection<Partition> partitions();

    /** Passes on what an invocation has done that handled so many messages. */
    void takeEffects(Partition partition, FunctionType function, int messages);

    /** Counts an invocation that failed. */
    void failed(FunctionType function);

    void giveUp(Partition partition, Message message, Throwable failure);

    /** Tells that there is something to commit. */
    void changed();

    /** Handles a message of a function that is not elsewhere any more. */
    void handle(Partition partition, Message message);
  }

  // Told by the worker

  /** Takes up the calls of a partition that has come, whose epoch is committed. */
  void begin(Partition partition) {
    for (RemoteQueue queue : partition.remotes.values()) {
      queue.allCalls().forEach(call -> awaiting.addFirst(new Awaiting(0, partition, queue, call)));
      queue.begin();
      publish(queue);
    }
  }

  /** Lets go of a partition that the node has no longer. */
  void end(Partition partition) {
    for (RemoteQueue queue : partition.remotes.values()) {
      queue.allCalls().forEach(RemoteCalls::cancel);
      FunctionType function = node.functions().get(queue.function);
      if (function != null) {
        queue.withdraw(function.load);
      }
    }
  }

  private static void cancel(RemoteCall call) {
    if (call.attempt != null) {
      boolean unused = call.attempt.cancel(false);
      call.attempt = null;
    }
  }

  /**
   * Forms the batches that the epoch that ends is to have, before it does.
   *
   * @param ending its number
   */
  void cut(long ending) {
    for (Partition partition : host.partitions()) {
      for (RemoteQueue queue : partition.remotes.values()) {
        FunctionType function = function(queue);
        if (function != null && remote(function).afterCommit()) {
          formAll(partition, queue, function, ending);
        }
      }
    }
  }

  private void formAll(Partition partition, RemoteQueue queue, FunctionType function, long ending) {
    for (RemoteInstance next = queue.pollIdle(); next != null; next = queue.pollIdle()) {
      awaiting.add(new Awaiting(ending, partition, queue, form(partition, queue, next, function)));
    }
  }

  private RemoteCall form(
      Partition partition, RemoteQueue queue, RemoteInstance instance, FunctionType function) {
    String id = ids + '-' + partition.index + '-' + partition.nextNumber();
    return queue.form(instance, id, remote(function).maxBatchSize(), MAX_BATCH_BYTES);
  }

  private static RemoteFunction remote(FunctionType function) {
    return java.util.Objects.requireNonNull(function.remote);
  }

  /** The function of a queue, if it is elsewhere. */
  private @Nullable FunctionType function(RemoteQueue queue) {
    FunctionType function = node.functions().get(queue.function);
    return function == null || function.remote == null ? null : function;
  }

  // The loop

  /** Applies replies that have come, and calls who is to be called. */
  boolean step(long now) {
    boolean any = false;
    for (Runnable reply = replies.poll(); reply != null; reply = replies.poll()) {
      reply.run();
      any = true;
    }
    long committed = barrier.committed();
    for (Awaiting next = awaiting.peek();
        next != null && next.epoch <= committed;
        next = awaiting.peek()) {
      awaiting.remove();
      begin(next);
      any = true;
    }
    any |= firstCalls.step(now, this::begin);
    for (Retry next = retries.peek(); next != null && next.call.retryAt <= now; next = peek()) {
      retries.remove();
      start(next.partition, next.queue, next.call);
      any = true;
    }
    for (Partition partition : host.partitions()) {
      if (!partition.touchedRemotes.isEmpty()) {
        any |= step(partition);
      }
    }
    return any;
  }

  private @Nullable Retry peek() {
    return retries.peek();
  }

  private boolean step(Partition partition) {
    boolean any = false;
    for (int left = partition.touchedRemotes.size(); left > 0; left--) {
      RemoteQueue queue = partition.touchedRemotes.remove();
      queue.see();
      any |= step(partition, queue);
    }
    return any;
  }

  private boolean step(Partition partition, RemoteQueue queue) {
    FunctionType function = function(queue);
    boolean any = false;
    if (function == null) {
      any = pour(partition, queue);
      if (queue.isEmpty()) {
        partition.remotes.remove(queue.function);
      } else {
        queue.touch();
      }
    } else {
      if (!remote(function).afterCommit()) {
        any = callIdle(partition, queue, function);
      }
      queue.publish(function.load);
    }
    return any;
  }

  private boolean pour(Partition partition, RemoteQueue queue) {
    if (queue.isEmpty()) {
      return false;
    }
    host.changed();
    queue.pour(64, message -> host.handle(partition, message));
    return true;
  }

  private boolean callIdle(Partition partition, RemoteQueue queue, FunctionType function) {
    boolean any = false;
    for (RemoteInstance next = queue.pollIdle(); next != null; next = queue.pollIdle()) {
      begin(new Awaiting(0, partition, queue, form(partition, queue, next, function)));
      any = true;
    }
    return any;
  }

  private void publish(RemoteQueue queue) {
    FunctionType function = node.functions().get(queue.function);
    if (function != null) {
      queue.publish(function.load);
    }
  }

  /** How many calls are under way. */
  int underWay() {
    return underWay;
  }

  /** When there is something to do again if nobody wakes the worker, in milliseconds. */
  long nextWakeUp() {
    Retry first = retries.peek();
    return Math.min(first == null ? Long.MAX_VALUE : first.call.retryAt, firstCalls.nextWakeUp());
  }

  // A call

  private void begin(Awaiting next) {
    if (firstCalls.mayBegin(next.queue.function, next, node.clock().millis())) {
      start(next.partition, next.queue, next.call);
    }
  }

  private void start(Partition partition, RemoteQueue queue, RemoteCall call) {
    FunctionType function = function(queue);
    if (function == null || !isUnderWay(partition, queue, call)) {
      return;
    }
    if (function.stopped()) {
      retryAt(partition, queue, call, BlockedInstance.NEVER);
      return;
    }
    call.startedAt = node.clock().millis();
    InvocationSpan span = span(function, call);
    call.span = span;
    CompletionStage<RemoteReply> reply;
    try {
      queue.check(function);
      TraceContext trace = span == null ? TraceContext.NONE : span.context();
      RemoteBatch batch = RemoteBatches.of(partition, function, call, call.startedAt, trace);
      reply = remote(function).call(batch);
    } catch (java.io.UncheckedIOException localStateFails) {
      throw localStateFails;
    } catch (RuntimeException failure) {
      reply = CompletableFuture.failedFuture(failure);
    }
    CompletableFuture<RemoteReply> attempt = reply.toCompletableFuture();
    call.attempt = attempt;
    underWay++;
    reply.whenComplete(
        (result, failure) ->
            host.notice(
                () ->
                    replies.add(
                        () -> {
                          underWay--;
                          Throwable wrong = ABANDONED;
                          if (call.attempt == attempt && isUnderWay(partition, queue, call)) {
                            call.attempt = null;
                            wrong = ended(partition, queue, call, result, cause(failure));
                          }
                          if (span != null) {
                            span.end(wrong);
                          }
                          firstCalls.ended(queue.function, this::begin);
                        })));
  }

  private @Nullable InvocationSpan span(FunctionType function, RemoteCall call) {
    Tracing tracing = node.tracing();
    if (tracing == null) {
      return null;
    }
    Message first = call.messages.get(0);
    return tracing.begin(
        new TracedInvocation(
            function.name,
            call.target(),
            first.source(),
            first.value().typeName(),
            TraceHeader.carried(call.messages),
            true));
  }

  /** Whether it was not poured out meanwhile, and has not gone elsewhere with its partition. */
  private boolean isUnderWay(Partition partition, RemoteQueue queue, RemoteCall call) {
    return call.instance.call == call
        && partition.remotes.get(queue.function) == queue
        && host.partitions().contains(partition);
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** Takes what became of a call, and returns why nothing of it counts, if nothing does. */
  private @Nullable Throwable ended(
      Partition partition,
      RemoteQueue queue,
      RemoteCall call,
      @Nullable RemoteReply reply,
      @Nullable Throwable failure) {
    if (failure != null || reply == null) {
      return failed(partition, queue, call, failure == null ? NO_REPLY : failure);
    }
    return reply instanceof RemoteReply.Incomplete incomplete
        ? declare(partition, queue, call, incomplete)
        : apply(partition, queue, call, (RemoteReply.Done) reply);
  }

  private static final IllegalStateException NO_REPLY = new IllegalStateException("No reply came");

  private static final IllegalStateException ABANDONED =
      new IllegalStateException("The instance is not called from here any more");

  private @Nullable Throwable declare(
      Partition partition, RemoteQueue queue, RemoteCall call, RemoteReply.Incomplete incomplete) {
    try {
      boolean more = node.functions().declare(queue.function, incomplete.missing());
      if (!more && hadAll(call, incomplete)) {
        throw new IllegalStateException(
            "The function asks for states that it was given: "
                + incomplete.missing().stream().map(RemoteReply.Declared::name).toList());
      }
      start(partition, queue, call);
      return null;
    } catch (RuntimeException e) {
      return failed(partition, queue, call, e);
    }
  }

  /** Whether the call had everything, and not somebody else has asked for it first. */
  private static boolean hadAll(RemoteCall call, RemoteReply.Incomplete incomplete) {
    return incomplete.missing().stream().allMatch(state -> call.states.contains(state.name()));
  }

  private @Nullable Throwable apply(
      Partition partition, RemoteQueue queue, RemoteCall call, RemoteReply.Done reply) {
    FunctionType function = function(queue);
    if (function == null) {
      return ABANDONED;
    }
    Throwable failure = tryApply(partition, function, call, reply);
    if (failure != null) {
      return failed(partition, queue, call, failure);
    }
    queue.end(call);
    host.changed();
    host.takeEffects(partition, function, call.messages.size());
    return null;
  }

  private @Nullable Throwable tryApply(
      Partition partition, FunctionType function, RemoteCall call, RemoteReply.Done reply) {
    Instance instance = partition.instance(call.target(), function);
    invocation.begin(partition, instance, call.messages.get(0));
    invocation.trace(call.span);
    try {
      new RemoteEffects(invocation, function, call).apply(reply);
      invocation.accept();
      return null;
    } catch (OutOfMemoryError | InternalError | java.io.UncheckedIOException fatal) {
      throw fatal;
    } catch (Throwable wrong) {
      invocation.takeBack();
      return wrong;
    } finally {
      invocation.trace(null);
    }
  }

  // Failures

  /** Decides what becomes of a call that has failed, and returns the failure. */
  private Throwable failed(
      Partition partition, RemoteQueue queue, RemoteCall call, Throwable failure) {
    FunctionType function = function(queue);
    if (function == null) {
      return failure;
    }
    host.failed(function);
    FailurePolicy policy = function.failurePolicy;
    boolean lasts = failure instanceof StateTypeException;
    boolean never = failure instanceof UnhandledMessageException;
    int failures = ++call.failures;
    call.cause = DeadLetter.describe(failure);
    if (lasts || !never && failures < policy.maxAttempts()) {
      if (lasts && failures == 1) {
        LOG.error("{}", failure.getMessage());
      }
      function.meter.retry();
      long pause = policy.backoffAfter(failures).toMillis();
      retryAt(partition, queue, call, node.clock().millis() + pause);
      return failure;
    }
    if (!never && policy.then() != OnFailure.Then.DEAD_LETTER) {
      function.stop();
      LOG.error(
          "Function {} is stopped: {} calls of {} failed. Its messages wait; restart the node when"
              + " the cause is mended.",
          function.name,
          failures,
          call.target(),
          failure);
      retryAt(partition, queue, call, BlockedInstance.NEVER);
      return failure;
    }
    host.changed();
    if (call.messages.size() > 1) {
      queue.separate(call);
    } else {
      host.giveUp(partition, call.messages.get(0), failure);
      queue.end(call);
    }
    return failure;
  }

  private void retryAt(Partition partition, RemoteQueue queue, RemoteCall call, long millis) {
    call.retryAt = millis;
    retries.add(new Retry(partition, queue, call));
  }

  private record Awaiting(long epoch, Partition partition, RemoteQueue queue, RemoteCall call) {}

  private record Retry(Partition partition, RemoteQueue queue, RemoteCall call) {}
}
