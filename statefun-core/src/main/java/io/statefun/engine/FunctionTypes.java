/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the application, by the names under which their instances are stored. A name
 * that a function got later stands for that one: {@link #stored} replaces it where an address comes
 * in, so that everything inside knows one address for each instance.
 *
 * <p>Functions elsewhere may be found by their namespace, when somebody sends to them first. Used
 * by all workers.
 */
final class FunctionTypes {

  private static final int COMPARED = 8;

  /** How many functions there may be that were found by their namespace. */
  private static final int MAX_FOUND = 10_000;

  /** How many states a function elsewhere may declare: each goes with each call. */
  private static final int MAX_STATES = 1_000;

  private final RemoteFunctions remotes;

  /** The stored names of functions by their other names; null if none has another. */
  private final @Nullable Map<TypeName, TypeName> storedNames;

  private final Traffic traffic = new Traffic(name -> meter(name).name());

  /** By namespace, what counts for all functions that are found by it. */
  private final Map<String, FunctionMeter> namespaceMeters = new LinkedHashMap<>();

  /** Counts what belongs to no function. */
  private final FunctionMeter unknown = new FunctionMeter("unknown", false, false, traffic);

  private final List<FunctionMeter> meters;

  private volatile Known known;
  private int found;

  FunctionTypes(Collection<? extends FunctionInvoker> invokers) {
    this(invokers, RemoteFunctions.NONE);
  }

  FunctionTypes(Collection<? extends FunctionInvoker> invokers, RemoteFunctions remotes) {
    this(invokers, remotes, false);
  }

  /**
   * @param measured whether durations of invocations are measured
   */
  FunctionTypes(
      Collection<? extends FunctionInvoker> invokers, RemoteFunctions remotes, boolean measured) {
    this.remotes = remotes;
    Map<TypeName, FunctionType> byName = new LinkedHashMap<>();
    for (FunctionInvoker invoker : invokers) {
      FunctionMeter meter = new FunctionMeter(invoker.type().toString(), true, measured, traffic);
      add(new FunctionType(byName.size(), invoker, meter), byName);
    }
    for (RemoteFunction remote : remotes.named()) {
      FunctionMeter meter = new FunctionMeter(remote.type().toString(), false, measured, traffic);
      add(new FunctionType(byName.size(), remote, meter), byName);
    }
    for (String namespace : remotes.namespaces()) {
      namespaceMeters.put(namespace, new FunctionMeter(namespace + "/*", false, measured, traffic));
    }
    meters = new ArrayList<>(byName.values().stream().map(type -> type.meter).toList());
    meters.addAll(namespaceMeters.values());
    meters.add(unknown);
    Map<TypeName, TypeName> others = new HashMap<>();
    for (FunctionType type : byName.values()) {
      for (TypeName other : type.otherNames) {
        if (byName.containsKey(other) || others.put(other, type.storedName) != null) {
          throw twice(other);
        }
      }
    }
    storedNames = others.isEmpty() ? null : others;
    known = new Known(byName);
  }

  private static void add(FunctionType type, Map<TypeName, FunctionType> byName) {
    if (byName.put(type.storedName, type) != null) {
      throw twice(type.storedName);
    }
  }

  private static IllegalArgumentException twice(TypeName name) {
    return new IllegalArgumentException(
        "There are two functions of the type " + name + ", maybe as an alias");
  }

  /** The address under which an instance is stored; what is sent to it goes there. */
  Address stored(Address address) {
    Map<TypeName, TypeName> names = storedNames;
    TypeName name = names == null ? null : names.get(address.type());
    return name == null ? address : Address.of(name, address.id());
  }

  /** The function whose instances are stored under a name. */
  @Nullable FunctionType get(TypeName name) {
    Known now = known;
    // Names of addresses are mostly the very objects, so the usual few functions need no hashing.
    FunctionType[] byIndex = now.byIndex;
    for (int i = 0; i < byIndex.length && i < COMPARED; i++) {
      if (byIndex[i].storedName == name) {
        return byIndex[i];
      }
    }
    FunctionType type = now.byName.get(name);
    return type == null && remotes.hasNamespaces() ? find(name) : type;
  }

  private synchronized @Nullable FunctionType find(TypeName name) {
    Known now = known;
    FunctionType type = now.byName.get(name);
    if (type != null || found == MAX_FOUND) {
      return type;
    }
    RemoteFunction remote = remotes.find(name);
    if (remote == null) {
      return null;
    }
    found++;
    FunctionMeter meter = namespaceMeters.getOrDefault(name.namespace(), unknown);
    FunctionType created = new FunctionType(now.byIndex.length, remote, meter);
    known = now.with(created);
    return created;
  }

  /**
   * Notes states of a function elsewhere. One that is known stays as it is.
   *
   * @return whether any is new
   * @throws IllegalArgumentException if a state is known with another type, or there are too many
   */
  synchronized boolean declare(TypeName name, List<RemoteReply.Declared> states) {
    FunctionType type = get(name);
    if (type == null || type.remote == null) {
      return false;
    }
    List<StateSpec> more = new ArrayList<>();
    for (RemoteReply.Declared state : states) {
      int slot = type.slotOf(state.name());
      if (slot < 0) {
        more.add(
            new StateSpec(
                state.name(),
                StateSpec.Kind.VALUE,
                new RemoteValueType(state.valueType()),
                null,
                state.retention()));
      } else {
        requireSame(type, type.states.get(slot), state);
      }
    }
    if (type.states.size() + more.size() > MAX_STATES) {
      throw new IllegalArgumentException(
          "Function " + name + " declares more than " + MAX_STATES + " states");
    }
    if (!more.isEmpty()) {
      known = known.with(type.withMore(more));
    }
    return !more.isEmpty();
  }

  private static void requireSame(
      FunctionType function, StateSpec state, RemoteReply.Declared declared) {
    TypeName type = state.valueType().typeName();
    if (!type.equals(declared.valueType())) {
      throw new IllegalArgumentException(
          "State '"
              + state.name()
              + "' of function "
              + function.name
              + " has values of type "
              + type
              + ", and is declared with "
              + declared.valueType()
              + " now. Give the state of the other type another name");
    }
  }

  /** What counts the messages of functions: always the same, whatever is found later. */
  List<FunctionMeter> meters() {
    return List.copyOf(meters);
  }

  /** Who sends to whom. */
  Traffic traffic() {
    return traffic;
  }

  /** What counts what becomes of messages to a name, perhaps that of no function. */
  FunctionMeter meter(@Nullable TypeName name) {
    FunctionType type = name == null ? null : get(name);
    return type == null ? unknown : type.meter;
  }

  /** Whether any function may be elsewhere. */
  boolean mayBeRemote() {
    return remotes != RemoteFunctions.NONE;
  }

  Collection<FunctionType> all() {
    return known.byName.values();
  }

  /** All functions, at one time. */
  private static final class Known {

    private final Map<TypeName, FunctionType> byName;
    private final FunctionType[] byIndex;

    Known(Map<TypeName, FunctionType> byName) {
      this.byName = byName;
      this.byIndex = new FunctionType[byName.size()];
      byName.values().forEach(type -> byIndex[type.index] = type);
    }

    /** The same with another one, perhaps in the place of one with the same name. */
    Known with(FunctionType type) {
      Map<TypeName, FunctionType> more = new LinkedHashMap<>(byName);
      more.put(type.storedName, type);
      return new Known(more);
    }
  }
}
