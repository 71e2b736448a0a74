/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.state.Overlay;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a partition for one function that runs elsewhere, until they are handled. A
 * limited number is in memory, with their instances; the others wait behind them, in their order
 * and for the most part in the partition's state, so that a function that does not answer takes no
 * memory and holds up no other. Belongs to a worker.
 */
final class RemoteQueue {

  private static final long MAX_BYTES = 1 << 20;
  private static final int MESSAGE_OVERHEAD = 100;

  /** The name under which the instances of the function are stored. */
  final TypeName function;

  private final int capacity;
  private final Overlay overlay;
  private final Collection<RemoteQueue> touchedQueues;
  private final Map<Address, RemoteInstance> instances = new LinkedHashMap<>();
  private final SpillQueue waiting;

  /** Those that have messages, and no call. */
  private final ArrayDeque<RemoteInstance> idle = new ArrayDeque<>();

  /** Those of which the state may lack something. */
  private final List<RemoteInstance> changed = new ArrayList<>();

  /** Whether the worker has yet to see what became of it. */
  private boolean touched;

  private int messages;
  private long bytes;
  private long published;
  private @Nullable AtomicLong counter;

  /** For which version of the function it was made sure that states have the types they had. */
  private @Nullable FunctionType checked;

  /**
   * @param capacity how many messages are in memory at most
   * @param touchedQueues where it adds itself when the worker has to look at it
   */
  RemoteQueue(
      TypeName function,
      int capacity,
      Overlay overlay,
      Scratch scratch,
      Collection<RemoteQueue> touchedQueues) {
    this.function = function;
    this.capacity = capacity;
    this.overlay = overlay;
    this.touchedQueues = touchedQueues;
    this.waiting = new SpillQueue(0, Keys.queue(function), overlay, scratch);
  }

  /** About how many bytes a message takes. */
  static long size(Message message) {
    return MESSAGE_OVERHEAD + message.value().bytes().length;
  }

  boolean isEmpty() {
    return instances.isEmpty() && waiting.isEmpty();
  }

  /** Whether an instance is called at the moment, or soon will be, again. */
  boolean calls(Address address) {
    RemoteInstance instance = instances.get(address);
    return instance != null && instance.call != null;
  }

  /** The messages with which an instance is called. */
  Collection<Message> called(Address address) {
    RemoteInstance instance = instances.get(address);
    return instance == null || instance.call == null ? List.of() : instance.call.messages;
  }

  /** Why an instance's call waits; null if it does not. */
  @Nullable Blockage blockage(Address address) {
    RemoteInstance instance = instances.get(address);
    return instance == null || instance.call == null ? null : instance.call.blockage();
  }

  /** The messages with which an instance will be called, as far as they are in memory. */
  Collection<Message> queued(Address address) {
    List<Message> queued = new ArrayList<>(waiting.inMemory());
    RemoteInstance instance = instances.get(address);
    if (instance != null) {
      queued.addAll(0, instance.next);
    }
    return queued;
  }

  /** Adds a message behind all others. */
  void add(Message message) {
    touch();
    if (waiting.isEmpty() && hasRoom()) {
      admit(message);
    } else {
      waiting.add(message);
    }
  }

  /** Has the worker look at it. */
  void touch() {
    if (!touched) {
      touched = true;
      touchedQueues.add(this);
    }
  }

  /** The worker looks at it. */
  void see() {
    touched = false;
  }

  private boolean hasRoom() {
    return messages < capacity && bytes < MAX_BYTES;
  }

  private void admit(Message message) {
    RemoteInstance instance = instance(message.target());
    if (instance.call == null && instance.next.isEmpty()) {
      idle.add(instance);
    }
    instance.next.add(message);
    noteChanged(instance);
    messages++;
    bytes += size(message);
  }

  private RemoteInstance instance(Address address) {
    return instances.computeIfAbsent(address, RemoteInstance::new);
  }

  private void noteChanged(RemoteInstance instance) {
    if (!instance.changed) {
      instance.changed = true;
      changed.add(instance);
    }
  }

  /**
   * Takes those into memory that wait, as far as there is room. What is read of the state is taken
   * as a whole: it would have to be stored again otherwise.
   */
  void refill() {
    while (hasRoom() || waiting.isFirstInMemory()) {
      Message first = waiting.peek();
      if (first == null) {
        return;
      }
      waiting.remove();
      admit(first);
    }
  }

  /** Makes ready for calls what was taken up from the state. */
  void begin() {
    touch();
    idle.clear();
    for (RemoteInstance instance : instances.values()) {
      if (instance.call == null && !instance.next.isEmpty()) {
        idle.add(instance);
      }
    }
    refill();
  }

  /** Forms the next batch of an instance that is idle. */
  RemoteCall form(RemoteInstance instance, String id, int maxMessages, long maxBytes) {
    noteChanged(instance);
    return instance.form(id, maxMessages, maxBytes, overlay);
  }

  /** The next instance that has messages, and no call; null if there is none. */
  @Nullable RemoteInstance pollIdle() {
    return idle.poll();
  }

  /** Ends a call whose messages are handled, or given up. */
  void end(RemoteCall call) {
    touch();
    RemoteInstance instance = call.instance;
    forget(call);
    instance.call = null;
    messages -= call.messages.size();
    call.messages.forEach(message -> bytes -= size(message));
    if (instance.next.isEmpty()) {
      instances.remove(instance.address);
    } else {
      idle.add(instance);
    }
    refill();
  }

  /** Has the messages of a call that failed be called one by one. */
  void separate(RemoteCall call) {
    touch();
    forget(call);
    call.instance.separate(call, overlay);
    noteChanged(call.instance);
    idle.addFirst(call.instance);
  }

  private void forget(RemoteCall call) {
    if (call.stored) {
      overlay.delete(Keys.call(call.target()));
    }
  }

  /** All calls. */
  Collection<RemoteCall> allCalls() {
    return instances.values().stream()
        .map(instance -> instance.call)
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  /** Makes sure that the states of the function have the types that they had before. */
  void check(FunctionType type) {
    if (checked == type) {
      return;
    }
    for (StateSpec state : type.states) {
      byte[] key = Keys.stateType(function, state.storedName());
      String name = state.valueType().typeName().toString();
      byte[] stored = overlay.get(key);
      if (stored == null) {
        overlay.put(key, name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      } else {
        String before = new String(stored, java.nio.charset.StandardCharsets.UTF_8);
        if (!before.equals(name)) {
          throw new StateTypeException(type.name, state.name(), before, name);
        }
      }
    }
    checked = type;
  }

  /** Tells how much waits. */
  void publish(FunctionLoad load) {
    publish(load, bytes + waiting.restingBytes());
  }

  /** Does not count any more. */
  void withdraw(FunctionLoad load) {
    publish(load, 0);
  }

  private void publish(FunctionLoad load, long now) {
    AtomicLong known = counter == null ? load.counter() : counter;
    counter = known;
    if (now != published) {
      known.addAndGet(now - published);
      published = now;
    }
  }

  /**
   * Ends the epoch: what has come with it is stored. What waits from one epoch to another, maybe
   * for long, is stored once.
   */
  void cut(Collection<Message> pending) {
    for (RemoteInstance instance : changed) {
      instance.changed = false;
      instance.cut(overlay);
    }
    changed.clear();
    if (!waiting.isEmpty()) {
      touch();
      waiting.cut(pending);
    }
  }

  // Recovery

  /** Takes up a message that was in memory, behind those taken up before. */
  void restore(Message message) {
    waiting.restoreHead(message);
  }

  /** Takes up messages that were in the state, in the order of their keys. */
  void restoreChunk(byte[] key) {
    waiting.restoreChunk(key);
  }

  /** Takes up a call that was not over. */
  void restoreCall(Address target, byte[] stored) {
    RemoteInstance instance = instance(target);
    RemoteCall call = RemoteCall.read(instance, stored);
    instance.call = call;
    messages += call.messages.size();
    call.messages.forEach(message -> bytes += size(message));
  }

  /** Takes up messages that waited behind a call, in the order of their keys. */
  void restoreWaiting(Address target, Collection<Message> stored) {
    instance(target).restore(stored);
    messages += stored.size();
    stored.forEach(message -> bytes += size(message));
  }

  /**
   * Empties the queue of a function that is not elsewhere any more.
   *
   * @param limit how many messages to take at most, roughly
   * @param taker takes messages in the order in which they have to be handled
   */
  void pour(int limit, java.util.function.Consumer<Message> taker) {
    for (RemoteInstance instance : instances.values()) {
      RemoteCall call = instance.call;
      if (call != null) {
        forget(call);
        call.messages.forEach(taker);
      }
      instance.takeOut(overlay);
      instance.next.forEach(taker);
    }
    instances.clear();
    idle.clear();
    changed.clear();
    messages = 0;
    bytes = 0;
    for (int i = 0; i < limit && waiting.peek() != null; i++) {
      Message first = java.util.Objects.requireNonNull(waiting.peek());
      waiting.remove();
      taker.accept(first);
    }
  }
}
