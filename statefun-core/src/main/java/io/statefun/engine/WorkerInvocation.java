/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.Awakeable;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.Reminders;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.trace.InvocationSpan;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.StoredBytes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One invocation after the other of a worker: what a handler sees, and where its effects gather
 * until it returns. Changes of state are made at once, and taken back if the handler throws;
 * messages and records wait here.
 */
final class WorkerInvocation implements Invocation, Context {

  private static final int MAX_STAGED = 4_096;

  private final NodeServices node;
  private final Scratch scratch;
  private final InstanceReminders reminders = new InstanceReminders(this);
  private final List<Message> messages = new ArrayList<>();
  private final List<OutgoingRecord> records = new ArrayList<>();
  private final List<AsyncStart> operations = new ArrayList<>();
  private @Nullable List<StoredBytes> spilled;
  private @Nullable Chunks spill;
  private final Map<TypeName, Integer> spilledTo = new HashMap<>();
  private StateHandles[] handles = new StateHandles[0];

  private @Nullable Thread thread;
  private @Nullable Partition partition;
  private @Nullable Instance instance;
  private @Nullable Message message;
  private Object[] slotsBefore = new Object[8];
  private boolean changed;
  private long nowMillis;
  private @Nullable Instant now;
  private @Nullable UnreadableStateException unreadable;
  private @Nullable InvocationSpan span;

  /** The headers of what is sent in the span, made when they are needed first. */
  private @Nullable Map<String, byte[]> carried;

  WorkerInvocation(NodeServices node, Scratch scratch) {
    this.node = node;
    this.scratch = scratch;
  }

  /** Begins the invocation of an instance with a message. */
  void begin(Partition newPartition, Instance newInstance, Message newMessage) {
    thread = Thread.currentThread();
    partition = newPartition;
    instance = newInstance;
    message = newMessage;
    changed = false;
    nowMillis = node.clock().millis();
    now = null;
    unreadable = null;
    newPartition.overlay.begin();
    Message.AsyncCompletion end = newMessage.end();
    if (end != null) {
      newPartition.overlay.delete(end.key());
    }
  }

  /**
   * Keeps what the handler did; its messages and records are to be taken from here.
   *
   * @throws RuntimeException if the state cannot be written; then it must be taken back
   */
  void accept() {
    if (changed) {
      partition().keep(instance());
    }
    partition().overlay.accept();
    thread = null;
  }

  /** Takes back everything that the handler did. */
  void takeBack() {
    Instance self = instance();
    partition().overlay.takeBack();
    if (changed) {
      System.arraycopy(slotsBefore, 0, self.slots, 0, self.slots.length);
    }
    messages.clear();
    records.clear();
    operations.clear();
    spill = null;
    spilled = null;
    spilledTo.clear();
    thread = null;
  }

  /** Has what is sent from now on be a part of a trace; null for none. */
  void trace(@Nullable InvocationSpan newSpan) {
    span = newSpan;
    carried = null;
  }

  private Map<String, byte[]> carried() {
    InvocationSpan here = span;
    if (here == null) {
      return Map.of();
    }
    Map<String, byte[]> known = carried;
    if (known == null) {
      known = TraceHeader.carrying(here.context());
      carried = known;
    }
    return known;
  }

  List<Message> messages() {
    return messages;
  }

  List<OutgoingRecord> records() {
    return records;
  }

  List<AsyncStart> operations() {
    return operations;
  }

  /** The messages in chunks, if they were too many to keep; {@link #messages} is empty then. */
  @Nullable List<StoredBytes> spilledMessages() {
    Chunks chunks = spill;
    List<StoredBytes> result = spilled;
    if (chunks != null) {
      chunks.close();
      spill = null;
      spilled = null;
    }
    return result;
  }

  /** How many of those in chunks are for which function; to be cleared by who takes them. */
  Map<TypeName, Integer> spilledTo() {
    return spilledTo;
  }

  // What states need

  Partition partition() {
    return Objects.requireNonNull(partition);
  }

  Instance instance() {
    return Objects.requireNonNull(instance);
  }

  NodeServices node() {
    return node;
  }

  long nowMillis() {
    return nowMillis;
  }

  /**
   * Makes sure that the handler runs and this is its thread.
   *
   * @throws IllegalStateException if not
   */
  void check() {
    if (thread != Thread.currentThread()) {
      throw new IllegalStateException(
          "Context and state can be used only by the thread that runs the handler, and only until"
              + " the handler returns. To continue after something asynchronous, use"
              + " context.async, whose result comes back as a message.");
    }
  }

  @Nullable Object slot(int slot) {
    return instance().slots[slot];
  }

  void setSlot(int slot, @Nullable Object value) {
    Object[] slots = instance().slots;
    if (!changed) {
      changed = true;
      if (slotsBefore.length < slots.length) {
        slotsBefore = new Object[slots.length];
      }
      System.arraycopy(slots, 0, slotsBefore, 0, slots.length);
    }
    slots[slot] = value;
  }

  /** Replaces a value by an equal one in another form, which is no change. */
  void cacheSlot(int slot, Object value) {
    instance().slots[slot] = value;
  }

  /** What to throw if what is stored of a state cannot be read. */
  UnreadableStateException unreadable(StateSpec state, Throwable cause) {
    UnreadableStateException found =
        new UnreadableStateException(
            "The state '"
                + state.name()
                + "' of "
                + instance().address
                + " cannot be read: "
                + cause.getMessage(),
            cause);
    unreadable = found;
    return found;
  }

  /** What to throw if a state is stored in another form than the function says. */
  UnreadableStateException unreadable(StateSpec state, Object stored) {
    String form =
        stored instanceof SlotValue.ListHead
            ? "a list"
            : stored instanceof SlotValue.MapHead ? "a map" : "a value";
    return unreadable(
        state,
        new IllegalStateException("it is stored as " + form + ", and is now declared otherwise"));
  }

  /**
   * Which state of this invocation could not be read, whatever the handler has made of that; null
   * if all could.
   */
  @Nullable UnreadableStateException unreadable() {
    return unreadable;
  }

  // Invocation

  @Override
  public Context context() {
    return this;
  }

  @Override
  public TypedValue message() {
    return current().value();
  }

  @Override
  public @Nullable AsyncEnd asyncEnd() {
    Message.AsyncCompletion end = current().end();
    return end == null ? null : end.outcome();
  }

  private Message current() {
    return Objects.requireNonNull(message);
  }

  @Override
  public ValueState<?> value(int slot) {
    return handles().value(slot);
  }

  @Override
  public ListState<?> list(int slot) {
    return handles().list(slot);
  }

  @Override
  public MapState<?, ?> map(int slot) {
    return handles().map(slot);
  }

  StateHandles handles() {
    FunctionType function = instance().function;
    if (function.index >= handles.length) {
      handles = java.util.Arrays.copyOf(handles, function.index + 1);
    }
    StateHandles known = handles[function.index];
    if (known == null || !known.areOf(function)) {
      known = new StateHandles(this, function);
      handles[function.index] = known;
    }
    return known;
  }

  // Context

  @Override
  public Address self() {
    check();
    return instance().address;
  }

  @Override
  public @Nullable Address caller() {
    check();
    Address source = current().source();
    return StoredAwakeable.isSource(source) ? null : source;
  }

  @Override
  public Map<String, byte[]> headers() {
    check();
    return TraceHeader.visible(current().headers());
  }

  @Override
  public Instant now() {
    check();
    Instant result = now;
    if (result == null) {
      result = Instant.ofEpochMilli(nowMillis);
      now = result;
    }
    return result;
  }

  @Override
  public void send(Address to, Object payload) {
    check();
    Address target = target(to);
    stage(Message.of(target, instance().address, node.messageTypes().wrap(payload), carried()));
  }

  private Address target(Address to) {
    return Requests.checked(node.functions().stored(to));
  }

  private void stage(Message staged) {
    if (spill == null) {
      messages.add(staged);
      if (messages.size() > MAX_STAGED) {
        List<StoredBytes> chunks = new ArrayList<>();
        spilled = chunks;
        spill = new Chunks(scratch, chunks::add);
        messages.forEach(this::spill);
        messages.clear();
      }
    } else {
      spill(staged);
    }
  }

  private void spill(Message staged) {
    Objects.requireNonNull(spill).add(staged);
    spilledTo.merge(staged.target().type(), 1, Integer::sum);
  }

  @Override
  public void sendAt(Instant time, Address to, Object payload) {
    schedule(time, to, payload, "");
  }

  @Override
  public void sendAt(Instant time, Address to, Object payload, CancellationToken token) {
    schedule(time, to, payload, token.value());
  }

  private void schedule(Instant time, Address to, Object payload, String token) {
    check();
    Address target = target(to);
    Partition owner = partition();
    byte[] timer = Keys.timer(time.toEpochMilli(), owner.nextNumber());
    if (!token.isEmpty()) {
      byte[] tokenKey = Keys.token(instance().address, token);
      if (owner.overlay.get(tokenKey) != null) {
        throw new IllegalStateException(
            "A delayed message of "
                + instance().address
                + " waits under the cancellation token '"
                + token
                + "' already. Cancel it first, or use another token.");
      }
      owner.overlay.put(tokenKey, timer);
    }
    Message delayed =
        Message.of(target, instance().address, node.messageTypes().wrap(payload), carried());
    owner.timers.set(timer, new Timers.Entry(Timers.Kind.MESSAGE, delayed, token));
  }

  @Override
  public void cancel(CancellationToken token) {
    check();
    Partition owner = partition();
    byte[] tokenKey = Keys.token(instance().address, token.value());
    byte[] timer = owner.overlay.get(tokenKey);
    if (timer != null) {
      owner.overlay.delete(tokenKey);
      owner.timers.remove(timer);
    }
  }

  @Override
  public Reminders reminders() {
    check();
    return reminders;
  }

  @Override
  public Awakeable awakeable(Set<Class<?>> types, Duration timeout, Object onTimeout) {
    check();
    long millis = timeout.toMillis();
    if (millis < 1 || types.isEmpty()) {
      throw new IllegalArgumentException(
          "An awakeable needs a type and at least one millisecond, and this one of "
              + instance().address
              + " has "
              + types
              + " and "
              + timeout);
    }
    List<TypeName> names =
        types.stream().map(type -> node.messageTypes().rootOf(type).typeName()).toList();
    AwakeableToken token = AwakeableToken.draw(instance().address, node.random());
    long until = Math.addExact(nowMillis, millis);
    StoredAwakeable.open(
        partition(), token, instance().address, until, names, node.messageTypes().wrap(onTimeout));
    return new Awakeable(token.idText(), token.text(), Instant.ofEpochMilli(until));
  }

  @Override
  public void withdraw(String awakeable) {
    check();
    byte[] id = AwakeableToken.id(awakeable);
    StoredAwakeable known = id == null ? null : StoredAwakeable.find(partition(), id);
    if (id != null && known != null && known.isOpen() && known.owner().equals(instance().address)) {
      known.end(partition(), id, nowMillis);
    }
  }

  @Override
  public @Nullable String awakenedBy() {
    check();
    Address source = current().source();
    return source != null && StoredAwakeable.isSource(source) ? source.id() : null;
  }

  @Override
  public void egress(EgressRecord egressRecord) {
    check();
    if (!node.hasEgress(egressRecord.egress())) {
      throw new IllegalArgumentException(
          "There is no egress '"
              + egressRecord.egress()
              + "', to which "
              + instance().address.type()
              + " gives a record. Known: "
              + node.egressNames());
    }
    records.add(
        new OutgoingRecord(
            partition().index,
            partition().nextNumber(),
            egressRecord.egress(),
            node.messageTypes().wrap(egressRecord.value()),
            egressRecord.key(),
            leaving(egressRecord.headers())));
  }

  private Map<String, byte[]> leaving(Map<String, byte[]> given) {
    InvocationSpan here = span;
    return here == null ? given : TraceHeader.leaving(given, current().headers(), here.context());
  }

  @Override
  public void async(Object request, CompletionStage<?> operation) {
    check();
    TypedValue value = node.messageTypes().wrap(request);
    byte[] key = Keys.async(partition().nextNumber());
    ByteWriter entry = new ByteWriter(128);
    MessageCodec.writeAddress(entry, instance().address);
    MessageCodec.writeValue(entry, value);
    Map<String, byte[]> headers = carried();
    if (!headers.isEmpty()) {
      MessageCodec.writeHeaders(entry, headers);
    }
    partition().overlay.put(key, entry.toByteArray());
    operations.add(new AsyncStart(key, instance().address, value, headers, operation));
  }

  /** An operation that was begun, to be watched once the invocation is accepted. */
  record AsyncStart(
      byte[] key,
      Address owner,
      TypedValue request,
      Map<String, byte[]> headers,
      CompletionStage<?> operation) {}
}
