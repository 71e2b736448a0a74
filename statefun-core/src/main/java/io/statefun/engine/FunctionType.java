/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A function of the application, as the engine knows it: one in this process, or one elsewhere, of
 * which it learns by and by what states it has.
 */
final class FunctionType {

  final int index;
  final TypeName name;

  /** The name under which its instances are stored: the oldest that it ever had. */
  final TypeName storedName;

  /** All its names but the stored one. */
  final List<TypeName> otherNames;

  /** Calls the function in this process; null if it is elsewhere. */
  final @Nullable FunctionInvoker invoker;

  /** Calls the function elsewhere; null if it is in this process. */
  final @Nullable RemoteFunction remote;

  final FailurePolicy failurePolicy;
  final List<StateSpec> states;
  final byte[][] stateNames;

  /** What the keys of its instances' rows begin with. */
  final byte[] rowPrefix;

  /** By stored name. */
  private final Map<String, Integer> slots = new HashMap<>();

  /** By any name. */
  private final Map<String, Integer> declared = new HashMap<>();

  /** The types of the queries that it answers. */
  private final Set<TypeName> queries;

  /** What all versions of it share. */
  final FunctionLoad load;

  /** What counts its messages, also for all versions. */
  final FunctionMeter meter;

  FunctionType(int index, FunctionInvoker invoker, FunctionMeter meter) {
    this(
        index,
        invoker.type(),
        invoker.aliases(),
        invoker,
        null,
        invoker.failurePolicy(),
        invoker.states(),
        new FunctionLoad(Long.MAX_VALUE),
        meter);
  }

  FunctionType(int index, RemoteFunction remote, FunctionMeter meter) {
    this(
        index,
        remote.type(),
        List.of(),
        null,
        remote,
        remote.failurePolicy(),
        List.of(),
        new FunctionLoad(remote.maxWaitingBytes()),
        meter);
  }

  private FunctionType(
      int index,
      TypeName name,
      List<TypeName> aliases,
      @Nullable FunctionInvoker invoker,
      @Nullable RemoteFunction remote,
      FailurePolicy failurePolicy,
      List<StateSpec> states,
      FunctionLoad load,
      FunctionMeter meter) {
    this.index = index;
    this.name = name;
    this.invoker = invoker;
    this.remote = remote;
    this.failurePolicy = failurePolicy;
    this.states = List.copyOf(states);
    this.load = load;
    this.meter = meter;
    this.queries =
        invoker == null
            ? Set.of()
            : invoker.queryTypes().stream()
                .map(MessageType::typeName)
                .collect(Collectors.toUnmodifiableSet());
    List<TypeName> names = new ArrayList<>(aliases);
    names.add(name);
    this.storedName = names.remove(0);
    this.otherNames = List.copyOf(names);
    this.rowPrefix = Keys.rows(storedName);
    this.stateNames = new byte[states.size()][];
    for (int slot = 0; slot < states.size(); slot++) {
      StateSpec state = states.get(slot);
      stateNames[slot] = state.storedName().getBytes(StandardCharsets.UTF_8);
      slots.put(state.storedName(), slot);
      declare(state.name(), slot);
      for (String alias : state.aliases()) {
        declare(alias, slot);
      }
    }
  }

  /** Whether it answers queries of a type. */
  boolean isQuery(TypeName messageType) {
    return queries.contains(messageType);
  }

  /** The types of the queries that it answers, in alphabetical order. */
  List<TypeName> queryTypes() {
    return queries.stream().sorted().toList();
  }

  /** The same function elsewhere with more states. */
  FunctionType withMore(List<StateSpec> more) {
    List<StateSpec> all = new ArrayList<>(states);
    all.addAll(more);
    return new FunctionType(index, name, List.of(), null, remote, failurePolicy, all, load, meter);
  }

  private void declare(String state, int slot) {
    if (declared.put(state, slot) != null) {
      throw new IllegalArgumentException(
          "Function " + name + " declares the state '" + state + "' twice, maybe as an alias");
    }
  }

  /** The slot of a state that is stored under a name, or -1 if the function declares none. */
  int slot(String storedState) {
    return slots.getOrDefault(storedState, -1);
  }

  /** The slot of a state that has a name, or had it, or -1 if the function declares none. */
  int slotOf(String state) {
    return declared.getOrDefault(state, -1);
  }

  /**
   * The slot of a state whose name stands in an array, or -1 if the function does not declare it.
   *
   * @param expected the slot that it probably is
   */
  int slot(int expected, byte[] array, int offset, int length) {
    if (expected < stateNames.length
        && Arrays.equals(
            stateNames[expected], 0, stateNames[expected].length, array, offset, offset + length)) {
      return expected;
    }
    return slot(new String(array, offset, length, StandardCharsets.UTF_8));
  }

  /** Whether the failure policy has stopped the function until a restart. */
  boolean stopped() {
    return load.isStopped();
  }

  void stop() {
    load.stop();
  }
}
