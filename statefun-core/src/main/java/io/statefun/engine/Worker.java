/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.AsyncResult;
import io.statefun.function.OnFailure;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TracedInvocation;
import io.statefun.trace.Tracing;
import io.statefun.wire.StoredBytes;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker of a node: owns some partitions, and handles their messages one at a time. It does
 * everything in {@link #step}s, which never wait, so that a thread or a simulation can drive it.
 *
 * <p>With its cut it goes over to the routes of the next epoch: partitions that leave the node are
 * in the epoch that ends for the last time, and those that come are in the next for the first time.
 *
 * <p>Its cut of an epoch follows Chandy and Lamport, "Distributed snapshots: determining global
 * states of distributed systems" (1985): it ends its own part of the epoch between two messages,
 * sends a marker to each other worker, and counts what arrives from a worker before that worker's
 * marker as pending in the epoch that ended.
 */
final class Worker {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private static final int BATCH = 64;

  /** A batch of so many messages is one of a worker that has much to do. */
  private static final int FEW = 4;

  private static final int TIMERS_AT_ONCE = 128;
  private static final int GARBAGE_AT_ONCE = 256;

  /** After how long a state is looked at again that could not be looked at when it was time. */
  private static final long NEXT_PURGE_MILLIS = Duration.ofDays(1).toMillis();

  private final int index;
  private final NodeServices node;
  private final Barrier barrier;
  private final Channels channels;
  private final PartitionOwners owners;
  private final WorkerInvocation invocation;
  private final UnknownMessages unknown;
  private final RemoteCalls calls;
  private final ControlDesk desk;
  private final List<Partition> partitions = new ArrayList<>();
  private final ArrayDeque<Partition> ready = new ArrayDeque<>();
  private final List<IngressReader> ingresses = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> notices = new MpscUnboundedArrayQueue<>(1024);
  private final Queue<Outside> outside = new MpscUnboundedArrayQueue<>(1024);

  private final Message[] batch = new Message[BATCH];

  private Routes routes;
  private EpochPart current;
  private @Nullable OpenCut openCut;
  private long epoch;
  private int backlog;
  private boolean changed;
  private boolean stalled;
  private int nextIngress;

  /** When it looked for timers and retries last, which a busy worker does once in a millisecond. */
  private long checkedAt;

  private final WorkerMeter meter;
  private final Outflow fromOutside;

  private final @Nullable Tracing tracing;

  /** Whether messages wait in such numbers that the clock counts. */
  private boolean busy;

  private int operations;

  private long handled;
  private long failed;

  Worker(
      int index,
      NodeServices node,
      Barrier barrier,
      Channels channels,
      PartitionOwners owners,
      QueryDesk queries,
      Scratch scratch,
      long epoch,
      String callIds) {
    this.index = index;
    this.node = node;
    this.barrier = barrier;
    this.channels = channels;
    this.owners = owners;
    this.invocation = new WorkerInvocation(node, scratch);
    this.unknown = new UnknownMessages(node.unknownWait());
    this.calls = new RemoteCalls(node, barrier, invocation, new CallHost(), callIds);
    this.desk = new ControlDesk(node, queries, new DeskHost());
    this.meter = new WorkerMeter(node.times());
    this.tracing = node.tracing();
    this.fromOutside = node.functions().traffic().fromOutside(index);
    this.epoch = epoch;
    this.routes = owners.routes();
    this.current = new EpochPart(epoch);
  }

  /** Begins with the partitions that it has, before the first step. */
  void begin() {
    adopt(owners.routes());
  }

  // From other threads

  /** Has a split read that has appeared, if the partition that reads it is still here. */
  void readAlso(Ingress ingress, Ingress.Split split, Partition owner) {
    notice(
        () -> {
          if (partitions.contains(owner)) {
            read(ingress, split, owner);
          }
        });
  }

  private void read(Ingress ingress, Ingress.Split split, Partition owner) {
    Outflow outflow =
        node.functions().traffic().from(Traffic.Kind.INGRESS, ingress.name().toString(), index);
    IngressReader reader = new IngressReader(ingress, split, owner, node, outflow);
    reader.open(() -> channels.wake(index));
    ingresses.add(reader);
  }

  /** Hands over a message from outside, to be counted as accepted when its epoch is committed. */
  void accept(Message message, CompletableFuture<Void> accepted) {
    outside.add(new Outside(message, accepted));
    channels.wake(index);
  }

  /** How many messages from outside wait. */
  int waitingOutside() {
    return ((MpscUnboundedArrayQueue<Outside>) outside).size();
  }

  /** Has something run by the worker between two messages. */
  void notice(Runnable action) {
    notices.add(action);
    channels.wake(index);
  }

  /** Has something run between two messages, unless the node has the partition no longer. */
  void noticeFor(Partition partition, Runnable action) {
    notice(
        () -> {
          if (partitions.contains(partition)) {
            action.run();
          }
        });
  }

  long epoch() {
    return epoch;
  }

  long handled() {
    return handled;
  }

  long failed() {
    return failed;
  }

  Collection<Partition> partitions() {
    return partitions;
  }

  Collection<IngressReader> ingresses() {
    return ingresses;
  }

  // The loop

  /**
   * Does what there is to do, a little of everything.
   *
   * @return whether there was anything
   */
  boolean step() {
    boolean worked = runNotices();
    worked |= cutIfAsked();
    worked |= receive();
    stalled = !mayHandle();
    long now = node.clock().millis();
    meter.stepBegins(now);
    if (!stalled) {
      if (now != checkedAt || ready.isEmpty()) {
        checkedAt = now;
        worked |= fireTimers(now);
        worked |= retry(now);
      }
      worked |= drainOutboxes();
      worked |= handleMailboxes();
      worked |= calls.step(now);
      worked |= readInboxes();
      worked |= takeFromOutside();
    }
    if (changed) {
      changed = false;
      barrier.changed();
    }
    meter.waiting(backlog);
    if (meter.stepEnds(worked, hold())) {
      publishLoad();
    }
    return worked;
  }

  private WorkerMeter.Hold hold() {
    if (stalled) {
      return WorkerMeter.Hold.LIMITED;
    }
    if (backlog >= BATCH * 4) {
      return WorkerMeter.Hold.CROWDED;
    }
    if (node.functions().mayBeRemote()) {
      for (IngressReader reader : ingresses) {
        if (reader.waits()) {
          return WorkerMeter.Hold.HELD_UP;
        }
      }
    }
    return WorkerMeter.Hold.NONE;
  }

  private void publishLoad() {
    long blocked = 0;
    long nextDue = Long.MAX_VALUE;
    for (Partition partition : partitions) {
      blocked += partition.blocked.size();
      long due = partition.timers.nextDue();
      // Not known before it has looked for the first time.
      nextDue = due == Long.MIN_VALUE ? nextDue : Math.min(nextDue, due);
    }
    meter.publish(new WorkerMeter.Published(blocked, operations, calls.underWay(), nextDue));
  }

  /** How much it has to do. Called by any thread. */
  WorkerMeter.Published load() {
    return meter.published();
  }

  /** How many messages wait in mailboxes, or from outside to get there. Called by any thread. */
  long waitingMessages() {
    return meter.messages() + waitingOutside();
  }

  /** When the worker has something to do again, in milliseconds, if nobody wakes it before. */
  long nextWakeUp() {
    if (stalled) {
      return node.clock().millis() + 1;
    }
    long next = Long.MAX_VALUE;
    for (Partition partition : partitions) {
      next = Math.min(next, partition.timers.nextDue());
      BlockedInstance first = partition.retries.peek();
      if (first != null) {
        next = Math.min(next, first.retryAt);
      }
    }
    for (IngressReader reader : ingresses) {
      next = Math.min(next, reader.nextAttempt());
    }
    return Math.min(next, calls.nextWakeUp());
  }

  private boolean mayHandle() {
    long bytes = 0;
    long records = 0;
    long excess = 0;
    for (Partition partition : partitions) {
      bytes += partition.epochBytes();
      records += partition.epochRecords();
      excess += partition.excessBytes();
    }
    boolean may = barrier.mayHandle(index, bytes, records, excess);
    if (!may) {
      partitions.forEach(Partition::trim);
    }
    return may;
  }

  private boolean runNotices() {
    boolean any = false;
    for (Runnable notice = notices.poll(); notice != null; notice = notices.poll()) {
      notice.run();
      any = true;
    }
    return any;
  }

  // Barriers

  private boolean cutIfAsked() {
    if (barrier.epoch() <= epoch) {
      return false;
    }
    takeCut(barrier.epoch());
    return true;
  }

  private void takeCut(long nextEpoch) {
    EpochPart ended = current;
    ended.savepoint = barrier.savepoint();
    if (ended.savepoint > 0) {
      beginSavepoint(ended.savepoint);
    }
    for (IngressReader reader : ingresses) {
      reader.storePosition(ended);
    }
    calls.cut(epoch);
    for (Partition partition : partitions) {
      ended.partitions.add(partition.cut(nextEpoch));
    }
    epoch = nextEpoch;
    current = new EpochPart(nextEpoch);
    Routes next = barrier.routes();
    if (next != routes) {
      adopt(next);
    }
    OpenCut cut = new OpenCut(ended, channels.workers(), index);
    channels.sendMarkers(index, nextEpoch);
    if (cut.isComplete()) {
      barrier.complete(index, ended);
    } else {
      openCut = cut;
    }
  }

  private void beginSavepoint(long number) {
    // What the dispatchers have put aside belongs to it.
    runNotices();
    List<Integer> senders = barrier.savepointSenders();
    partitions.forEach(partition -> partition.beginSavepoint(number, senders));
  }

  /** Goes over to other routes, between two epochs. */
  private void adopt(Routes next) {
    routes = next;
    for (Partition partition : List.copyOf(partitions)) {
      if (next.find(partition.index) != partition) {
        partitions.remove(partition);
        ready.remove(partition);
        backlog -= partition.mailbox.size();
        calls.end(partition);
        ingresses.removeIf(reader -> reader.owner() == partition);
      }
    }
    for (int number : next.numbers()) {
      Partition partition = next.partition(number);
      if (next.worker(number) == index && !partitions.contains(partition)) {
        own(partition);
      }
    }
    // Those that are not as far as others of their node can have no part any more.
    long newestSavepoint = barrier.newestSavepoint();
    for (Partition partition : partitions) {
      if (partition.savepoint() < newestSavepoint) {
        partition.passSavepoint(newestSavepoint);
        barrier.savepointPassed(newestSavepoint, partition.index);
      }
    }
    long rowBytes = node.limits().maxCachedStateBytes() / Math.max(1, next.size());
    partitions.forEach(partition -> partition.limitRows(rowBytes));
  }

  private void own(Partition partition) {
    partition.begin(epoch);
    partitions.add(partition);
    backlog += partition.mailbox.size();
    // What was said of it last may be from before it went elsewhere and came back.
    owners.publishBacklog(partition.index, partition.mailbox.size());
    schedule(partition);
    calls.begin(partition);
    partition.inbox.open(() -> channels.wake(index));
    partition.splits.forEach(from -> read(from.ingress(), from.split(), partition));
  }

  private void takeMarker(int from, long newEpoch) {
    if (newEpoch > epoch) {
      takeCut(newEpoch);
    }
    OpenCut cut = openCut;
    if (cut != null && cut.mark(from)) {
      openCut = null;
      barrier.complete(index, cut.part());
    }
  }

  private boolean receive() {
    boolean any = false;
    for (int from = 0; from < channels.workers(); from++) {
      if (from != index) {
        any |= receiveFrom(from);
      }
    }
    return any;
  }

  private boolean receiveFrom(int from) {
    for (int i = 0; i < BATCH; i++) {
      Object next = channels.poll(from, index);
      if (next == null) {
        return i > 0;
      }
      if (next instanceof Channels.Marker marker) {
        takeMarker(from, marker.epoch());
      } else {
        Message message = (Message) next;
        int number = CallAddress.partition(message.target(), node.partitions());
        OpenCut cut = openCut;
        if (cut != null && !cut.isMarked(from)) {
          cut.addChannelState(number, message);
        }
        Partition target = routes.find(number);
        // One that has left has the message in its last epoch here.
        if (target != null) {
          enqueue(target, message);
        }
      }
    }
    return true;
  }

  // Messages

  private void enqueue(Partition target, Message message) {
    target.mailbox.add(message);
    backlog++;
    schedule(target);
  }

  private void schedule(Partition partition) {
    if (!partition.scheduled && !partition.mailbox.isEmpty()) {
      partition.scheduled = true;
      ready.add(partition);
    }
  }

  private boolean handleMailboxes() {
    Partition partition = ready.poll();
    if (partition == null) {
      return false;
    }
    partition.scheduled = false;
    int count = 0;
    for (Message message = partition.mailbox.poll();
        message != null;
        message = partition.mailbox.poll()) {
      batch[count++] = message;
      if (count == BATCH) {
        break;
      }
    }
    busy = count >= FEW;
    meter.waiting(backlog);
    partition.prefetch(batch, count);
    for (int i = 0; i < count; i++) {
      backlog--;
      handle(partition, batch[i]);
    }
    busy = false;
    owners.publishBacklog(partition.index, partition.mailbox.size());
    schedule(partition);
    return true;
  }

  private void handle(Partition partition, Message message) {
    changed = true;
    if (Control.isControl(message)) {
      desk.handle(partition, message);
      return;
    }
    if (CallAddress.isCall(message.target())) {
      desk.replied(partition, message);
      return;
    }
    take(partition, message);
  }

  private void take(Partition partition, Message message) {
    BlockedInstance waiting =
        partition.blocked.isEmpty() ? null : partition.blocked.get(message.target());
    if (waiting != null) {
      waiting.add(message);
      return;
    }
    FunctionType function = node.functions().get(message.target().type());
    if (queue(partition, function, message)) {
      return;
    }
    handle(partition, function, message);
  }

  /** Takes a message for a function elsewhere, or behind others for one that was elsewhere. */
  private boolean queue(Partition partition, @Nullable FunctionType function, Message message) {
    if (function != null && function.remote != null) {
      if (message.end() == null) {
        partition.remote(function.storedName).add(message);
      } else {
        cannotHandle(partition, message, endElsewhere(function), null);
      }
      return true;
    }
    RemoteQueue before =
        partition.remotes.isEmpty() ? null : partition.remotes.get(message.target().type());
    if (before == null || before.isEmpty() || message.end() != null) {
      return false;
    }
    before.add(message);
    return true;
  }

  private static UnhandledMessageException endElsewhere(FunctionType function) {
    return new UnhandledMessageException(
        "An asynchronous operation has ended that function "
            + function.name
            + " has begun in this process; it runs elsewhere now",
        null);
  }

  private void handle(Partition partition, @Nullable FunctionType function, Message message) {
    if (function == null) {
      if (!sendOn(partition, message)) {
        cannotHandle(partition, message, unknownFunction(message.target()), null);
      }
      return;
    }
    Throwable failure = function.stopped() ? STOPPED : invoke(partition, function, message);
    if (failure instanceof UnhandledMessageException never) {
      cannotHandle(partition, message, never, null);
    } else if (failure != null) {
      fail(partition, function, message, failure, partition.block(message.target()));
    }
  }

  /**
   * Sends a message on to where its target is stored, if that is elsewhere: a node that did not
   * know of an alias has sent it to the new name.
   */
  private boolean sendOn(Partition partition, Message message) {
    Address stored = node.functions().stored(message.target());
    if (stored.equals(message.target())) {
      return false;
    }
    send(partition, message.to(stored));
    return true;
  }

  private static final IllegalStateException STOPPED =
      new IllegalStateException("The function is stopped");

  private UnknownMessageException unknownFunction(Address target) {
    return new UnknownMessageException(
        "There is no function of the type '"
            + target.type()
            + "' in this application. Known: "
            + node.functions().all().stream().map(type -> type.name).toList(),
        null);
  }

  /** Invokes a function, and returns what it threw, if it did. */
  private @Nullable Throwable invoke(Partition partition, FunctionType function, Message message) {
    FunctionMeter.Cell cell = function.meter.cell(index);
    cell.begin(busy);
    Throwable failure =
        tracing == null
            ? attempt(partition, function, message)
            : trace(tracing, partition, function, message);
    cell.end(failure == null);
    return failure;
  }

  private @Nullable Throwable trace(
      Tracing tracing, Partition partition, FunctionType function, Message message) {
    InvocationSpan span =
        tracing.begin(
            new TracedInvocation(
                function.name,
                message.target(),
                message.source(),
                message.value().typeName(),
                List.of(TraceHeader.carried(message.headers())),
                false));
    Throwable failure = null;
    invocation.trace(span);
    try {
      failure = attempt(partition, function, message);
      return failure;
    } catch (Throwable fatal) {
      failure = fatal;
      throw fatal;
    } finally {
      invocation.trace(null);
      span.end(failure);
    }
  }

  private @Nullable Throwable attempt(Partition partition, FunctionType function, Message message) {
    Instance instance;
    try {
      instance = partition.instance(message.target(), function);
    } catch (UncheckedIOException localStateFails) {
      throw localStateFails;
    } catch (RuntimeException unreadable) {
      failed++;
      return unreadable(function, message.target(), unreadableRow(message.target(), unreadable));
    }
    invocation.begin(partition, instance, message);
    try {
      Objects.requireNonNull(function.invoker).invoke(invocation);
      invocation.accept();
    } catch (OutOfMemoryError | InternalError fatal) {
      throw fatal;
    } catch (Throwable failure) {
      UnreadableStateException unreadable = invocation.unreadable();
      invocation.takeBack();
      failed++;
      return unreadable == null ? failure : unreadable(function, message.target(), unreadable);
    }
    handled++;
    UnreadableStateException mended = invocation.unreadable();
    if (mended != null) {
      node.unreadable().found(function.name, message.target(), mended, node.clock());
    }
    takeEffects(partition, function);
    return null;
  }

  private static UnreadableStateException unreadableRow(Address target, RuntimeException cause) {
    return new UnreadableStateException("The state of " + target + " cannot be read", cause);
  }

  private UnreadableStateException unreadable(
      FunctionType function, Address target, UnreadableStateException failure) {
    node.unreadable().found(function.name, target, failure, node.clock());
    return failure;
  }

  private void takeEffects(Partition partition, FunctionType function) {
    List<OutgoingRecord> records = invocation.records();
    if (!records.isEmpty()) {
      Outflow outflow = outflow(function);
      for (OutgoingRecord outgoing : records) {
        outflow.emitted(outgoing.egress());
        partition.emit(outgoing);
      }
      records.clear();
    }
    List<StoredBytes> spilled = invocation.spilledMessages();
    if (spilled != null) {
      partition.outbox.addChunks(spilled);
      invocation.spilledTo().forEach(outflow(function)::sent);
      invocation.spilledTo().clear();
    }
    List<Message> messages = invocation.messages();
    if (!messages.isEmpty()) {
      Outflow outflow = outflow(function);
      for (Message message : messages) {
        outflow.sent(message.target().type(), 1);
        send(partition, message);
      }
      messages.clear();
    }
    List<WorkerInvocation.AsyncStart> operations = invocation.operations();
    if (!operations.isEmpty()) {
      operations.forEach(operation -> watch(partition, operation));
      operations.clear();
    }
  }

  private Outflow outflow(FunctionType function) {
    return function.meter.cell(index).outflow;
  }

  private void send(Partition sender, Message message) {
    if (node.functions().mayBeRemote()) {
      noteLoad(message);
    }
    if (!sender.outbox.isEmpty() || !deliver(sender, message)) {
      sender.outbox.add(message);
    }
  }

  /** Notes who sends to functions for which too much waits. */
  private void noteLoad(Message message) {
    Address source = message.source();
    FunctionType target = node.functions().get(message.target().type());
    if (source != null && target != null && target.load.holdsUp()) {
      FunctionType from = node.functions().get(source.type());
      if (from != null) {
        from.load.sendsTo(target.load);
      }
    }
  }

  /** Hands a message to the owner of its target, unless it has to wait. */
  private boolean deliver(Partition sender, Message message) {
    boolean reply = Requests.isReply(message.target());
    int number =
        reply
            ? Requests.partition(message.target(), node.partitions())
            : CallAddress.partition(message.target(), node.partitions());
    if (!routes.has(number)) {
      post(sender, number, message);
      return true;
    }
    if (reply) {
      current.replies.add(Requests.reply(message));
      return true;
    }
    int owner = routes.worker(number);
    if (sender.index != number) {
      Merge.Way way = routes.merge(number).way(sender.index);
      if (way == Merge.Way.LOG) {
        post(sender, number, message);
        return true;
      }
      if (way == Merge.Way.WAIT) {
        return false;
      }
    }
    if (!hasRoom(number, owner)) {
      return false;
    }
    if (CallAddress.isCall(message.target()) || !node.surroundings().take(message)) {
      if (owner == index) {
        enqueue(routes.partition(number), message);
      } else {
        channels.send(index, owner, message);
      }
    }
    return true;
  }

  private void post(Partition sender, int number, Message message) {
    try {
      sender.post(number, message);
    } catch (UnhandledMessageException tooLarge) {
      if (Control.isControl(message)) {
        desk.refuse(sender, message, tooLarge);
      } else {
        giveUp(sender, message, tooLarge);
      }
    }
  }

  private boolean hasRoom(int partition, int owner) {
    int capacity = node.limits().mailboxCapacity();
    return owner == index
        ? routes.partition(partition).mailbox.size() < capacity
        : owners.backlog(partition) < capacity && !channels.isFull(index, owner, capacity);
  }

  private boolean drainOutboxes() {
    boolean any = false;
    for (Partition partition : partitions) {
      for (int i = 0; i < BATCH && !partition.outbox.isEmpty(); i++) {
        Message message = partition.outbox.peek();
        if (message == null || !deliver(partition, message)) {
          break;
        }
        partition.outbox.remove();
        changed = true;
        any = true;
      }
    }
    return any;
  }

  // Failures

  private void fail(
      Partition partition,
      FunctionType function,
      Message message,
      Throwable failure,
      BlockedInstance instance) {
    if (failure instanceof UnhandledMessageException never) {
      cannotHandle(partition, message, never, instance);
      return;
    }
    FailurePolicy policy = function.failurePolicy;
    int failures = instance.fail(failure == STOPPED ? null : failure);
    if (failure != STOPPED
        && failures >= policy.maxAttempts()
        && policy.then() == OnFailure.Then.DEAD_LETTER) {
      giveUp(partition, message, failure);
      instance.drain();
    } else {
      if (failure != STOPPED && failures >= policy.maxAttempts()) {
        function.stop();
        LOG.error(
            "Function {} is stopped: {} attempts to handle a message for {} failed. Its messages"
                + " wait; restart the node when the cause is mended.",
            function.name,
            failures,
            message.target(),
            failure);
      }
      instance.addFirst(message);
      if (!function.stopped()) {
        function.meter.retry();
      }
      instance.retryAt =
          function.stopped()
              ? BlockedInstance.NEVER
              : node.clock().millis() + policy.backoffAfter(failures).toMillis();
    }
    partition.retries.add(instance);
  }

  /** Gives up a message that no attempt will help, once no other version may come any more. */
  private void cannotHandle(
      Partition partition,
      Message message,
      UnhandledMessageException failure,
      @Nullable BlockedInstance blocked) {
    long now = node.clock().millis();
    long until = waitUntil(message, failure, blocked, now);
    if (now < until) {
      BlockedInstance instance = blocked == null ? partition.block(message.target()) : blocked;
      instance.addFirst(message);
      instance.waitUntil(until, failure);
      partition.retries.add(instance);
      return;
    }
    giveUp(partition, message, failure);
    if (blocked != null) {
      blocked.drain();
      partition.retries.add(blocked);
    }
  }

  private long waitUntil(
      Message message,
      UnhandledMessageException failure,
      @Nullable BlockedInstance blocked,
      long now) {
    if (!(failure instanceof UnknownMessageException) || !unknown.mayWait()) {
      return now;
    }
    return blocked == null || blocked.waitsUntil == 0
        ? unknown.waitUntil(message, failure, now)
        : blocked.waitsUntil;
  }

  private void giveUp(Partition partition, Message message, Throwable failure) {
    changed = true;
    Message.AsyncCompletion end = message.end();
    if (end != null) {
      partition.overlay.delete(end.key());
    }
    LOG.warn("A message for {} goes to the dead letters: {}", message.target(), failure.toString());
    node.functions().meter(message.target().type()).deadLetter();
    partition.addDeadLetter(
        new DeadLetter(
            message.target(),
            message.source(),
            message.value(),
            "",
            DeadLetter.describe(failure),
            node.clock().instant(),
            message.headers()));
    tellCaller(partition, message, failure);
  }

  /** Tells who waits for a reply from outside that none will come. */
  private void tellCaller(Partition partition, Message message, Throwable failure) {
    Address source = message.source();
    if (source != null && (Requests.isReply(source) || CallAddress.isCall(source))) {
      String why =
          "The message to "
              + message.target()
              + " could not be handled, and is among the dead letters: "
              + failure;
      send(
          partition,
          Message.of(source, null, Answer.failure(RequestFailedException.Reason.DEAD_LETTER, why)));
    }
  }

  private boolean retry(long now) {
    boolean any = false;
    for (Partition partition : partitions) {
      BlockedInstance instance = partition.retries.peek();
      if (instance != null && instance.retryAt <= now) {
        partition.retries.remove();
        retry(partition, instance);
        any = true;
      }
    }
    return any;
  }

  private void retry(Partition partition, BlockedInstance instance) {
    changed = true;
    for (int i = 0; i < BATCH; i++) {
      Message message = instance.peek();
      if (message == null) {
        partition.blocked.remove(instance.address);
        return;
      }
      instance.remove();
      FunctionType function = node.functions().get(instance.address.type());
      if (function == null) {
        if (sendOn(partition, message)) {
          continue;
        }
        cannotHandle(partition, message, unknownFunction(message.target()), instance);
        return;
      }
      if (queue(partition, function, message)) {
        continue;
      }
      Throwable failure = function.stopped() ? STOPPED : invoke(partition, function, message);
      if (failure != null) {
        fail(partition, function, message, failure, instance);
        return;
      }
      instance.drain();
    }
    partition.retries.add(instance);
  }

  // Timers

  private boolean fireTimers(long now) {
    boolean any = false;
    for (Partition partition : partitions) {
      // Timers rest in the state until there is time for them: what waits in memory is written
      // with each epoch.
      if (partition.timers.nextDue() <= now
          && partition.mailbox.size() < TIMERS_AT_ONCE
          && partition.outbox.isEmpty()) {
        for (Timers.Entry entry : partition.timers.due(now, TIMERS_AT_ONCE)) {
          fire(partition, entry, now);
          any = true;
        }
      }
      if (partition.hasGarbage()) {
        partition.collectGarbage(GARBAGE_AT_ONCE);
        any |= partition.hasGarbage();
      }
    }
    changed |= any;
    return any;
  }

  private void fire(Partition partition, Timers.Entry entry, long now) {
    Message message = entry.message();
    switch (entry.kind()) {
      case MESSAGE -> {
        Address source = message.source();
        if (!entry.name().isEmpty() && source != null) {
          partition.overlay.delete(Keys.token(source, entry.name()));
        }
        countLater(message);
        send(partition, message);
      }
      case REMINDER -> {
        Message reminder =
            InstanceReminders.fire(node, partition, message.target(), entry.name(), now);
        if (reminder != null) {
          countLater(reminder);
          send(partition, reminder);
        }
      }
      case PURGE -> {
        if (!purge(partition, message, entry.name())) {
          partition.timers.set(Keys.timer(now + NEXT_PURGE_MILLIS, partition.nextNumber()), entry);
        }
      }
      case AWAKEABLE -> {
        if (StoredAwakeable.fire(partition, entry, now)) {
          send(partition, message);
        }
      }
    }
  }

  /** Counts a message that a function has sent some time ago. */
  private void countLater(Message message) {
    Address source = message.source();
    FunctionType sender = source == null ? null : node.functions().get(source.type());
    if (sender != null) {
      outflow(sender).sent(message.target().type(), 1);
    }
  }

  /** Whether a function elsewhere works with the state of an instance. */
  private static boolean isCalled(Partition partition, Address address) {
    RemoteQueue queue = partition.remotes.isEmpty() ? null : partition.remotes.get(address.type());
    return queue != null && queue.calls(address);
  }

  /** Removes what has expired of a state, unless this version of the application cannot. */
  private boolean purge(Partition partition, Message message, String state) {
    FunctionType function = node.functions().get(message.target().type());
    if (function == null || isCalled(partition, message.target())) {
      return false;
    }
    Instance instance;
    try {
      instance = partition.instance(message.target(), function);
    } catch (UncheckedIOException localStateFails) {
      throw localStateFails;
    } catch (RuntimeException e) {
      unreadable(function, message.target(), unreadableRow(message.target(), e));
      return false;
    }
    invocation.begin(partition, instance, message);
    try {
      invocation.handles().purge(state);
      invocation.accept();
      return true;
    } catch (UnreadableStateException e) {
      invocation.takeBack();
      unreadable(function, message.target(), e);
      return false;
    }
  }

  // Asynchronous operations

  private void watch(Partition partition, WorkerInvocation.AsyncStart start) {
    operations++;
    start
        .operation()
        .whenComplete((value, failure) -> notice(() -> complete(partition, start, value, failure)));
  }

  private void complete(
      Partition partition,
      WorkerInvocation.AsyncStart start,
      @Nullable Object value,
      @Nullable Throwable failure) {
    operations--;
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Invocation.AsyncEnd end =
        new Invocation.AsyncEnd(
            cause == null ? AsyncResult.Status.SUCCESS : AsyncResult.Status.FAILURE, value, cause);
    if (routes.find(partition.index) != partition) {
      return;
    }
    enqueue(
        partition,
        Message.ofEnd(
            start.owner(),
            start.request(),
            new Message.AsyncCompletion(start.key(), end),
            start.headers()));
  }

  // Calls of functions elsewhere

  private final class CallHost implements RemoteCalls.Host {

    @Override
    public void notice(Runnable action) {
      Worker.this.notice(action);
    }

    @Override
    public Collection<Partition> partitions() {
      return partitions;
    }

    @Override
    public void takeEffects(Partition partition, FunctionType function, int messages) {
      handled += messages;
      function.meter.cell(index).handled(messages);
      Worker.this.takeEffects(partition, function);
    }

    @Override
    public void failed(FunctionType function) {
      failed++;
      function.meter.cell(index).failed();
    }

    @Override
    public void giveUp(Partition partition, Message message, Throwable failure) {
      Worker.this.giveUp(partition, message, failure);
    }

    @Override
    public void changed() {
      changed = true;
    }

    @Override
    public void handle(Partition partition, Message message) {
      BlockedInstance waiting = partition.blocked.get(message.target());
      if (waiting == null) {
        Worker.this.handle(partition, node.functions().get(message.target().type()), message);
      } else {
        waiting.add(message);
      }
    }
  }

  private final class DeskHost implements ControlDesk.Host {

    @Override
    public void send(Partition sender, Message message) {
      Worker.this.send(sender, message);
    }

    @Override
    public Collection<Partition> partitions() {
      return routes.partitions();
    }

    @Override
    public void handle(Partition partition, Message message) {
      fromOutside.sent(message.target().type(), 1);
      Worker.this.take(partition, message);
    }

    @Override
    public void answerLater(
        Partition partition, Message question, CompletableFuture<TypedValue> answer) {
      var unused =
          answer.whenComplete(
              (value, failure) ->
                  notice(() -> answer(partition, question, Answer.of(value, failure, partition))));
    }

    private void answer(Partition partition, Message question, TypedValue answer) {
      Address reply = Control.reply(question);
      if (reply != null && !partitions.isEmpty()) {
        changed = true;
        Partition sender = partitions.contains(partition) ? partition : partitions.get(0);
        Worker.this.send(sender, Message.of(reply, null, answer));
      }
    }
  }

  // From elsewhere

  private boolean readInboxes() {
    boolean any = false;
    boolean letsGo = false;
    for (Partition partition : partitions) {
      Merge merge = routes.merge(partition.index);
      // What others wait for is read also by one who waits himself.
      if (partition.outbox.isEmpty() || !merge.isRead()) {
        any |= readInbox(partition);
        partition.publishInboxPosition();
        letsGo |= merge.read(partition.inbox.position());
      }
    }
    if (letsGo) {
      channels.wakeAll();
    }
    changed |= any;
    return any;
  }

  private boolean readInbox(Partition partition) {
    for (int i = 0; i < BATCH; i++) {
      Posting posting = backlog < BATCH * 4 ? partition.nextPosting() : null;
      if (posting == null) {
        return i > 0;
      }
      take(partition, posting);
    }
    return true;
  }

  private void take(Partition partition, Posting posting) {
    if (posting instanceof Posting.Letter letter) {
      partition.record(letter);
      Message message = letter.message();
      if (Requests.isReply(message.target())) {
        current.replies.add(Requests.reply(message));
      } else {
        enqueue(partition, message);
      }
    } else if (posting instanceof Posting.Marker marker) {
      barrier.requestSavepoint(marker.savepoint());
    } else if (posting instanceof Posting.Request request) {
      barrier.savepointRequested(request.name());
    } else if (posting instanceof Posting.Foreign foreign) {
      bury(partition, foreign);
    }
  }

  private void bury(Partition partition, Posting.Foreign foreign) {
    LOG.warn(
        "What came to partition {} from another process is no message, and goes to the dead"
            + " letters: {}",
        partition.index,
        foreign.cause().toString());
    node.functions().meter(null).deadLetter();
    partition.addDeadLetter(
        new DeadLetter(
            null,
            null,
            node.messageTypes().wrap(foreign.content()),
            "messages of other processes to partition " + partition.index,
            DeadLetter.describe(foreign.cause()),
            node.clock().instant(),
            Map.of()));
  }

  // From outside

  private boolean takeFromOutside() {
    boolean any = false;
    while (backlog < node.limits().mailboxCapacity()) {
      Outside next = outside.poll();
      if (next == null) {
        break;
      }
      take(next);
      any = true;
    }
    changed |= any;
    for (int i = 0; i < ingresses.size() && backlog < BATCH * 4 && barrier.takesInput(); i++) {
      IngressReader next = ingresses.get(nextIngress++ % ingresses.size());
      if (next.read(BATCH, this::send)) {
        changed = true;
        any = true;
      }
    }
    return any;
  }

  /** A message for a partition that is not here goes on from one that is. */
  private void take(Outside next) {
    if (!Control.isControl(next.message())) {
      fromOutside.sent(next.message().target().type(), 1);
    }
    int number = next.message().target().partition(node.partitions());
    Partition target = routes.find(number);
    if (target != null && routes.worker(number) == index) {
      current.accepted.add(next.accepted());
      enqueue(target, next.message());
    } else if (!partitions.isEmpty()) {
      current.accepted.add(next.accepted());
      send(partitions.get(number % partitions.size()), next.message());
    } else {
      next.accepted()
          .completeExceptionally(
              new IllegalStateException("This process has no partitions at the moment"));
    }
  }

  private record Outside(Message message, CompletableFuture<Void> accepted) {}
}
