/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.message.TypeName;
import io.statefun.remote.CallListener;
import io.statefun.remote.RemoteEndpoint;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the calls of functions elsewhere, by endpoint. */
final class CallTally implements CallListener {

  /** Of an endpoint for a namespace there may be many; of more it is not said how much waits. */
  private static final int FUNCTIONS = 1_000;

  private final Map<String, Calls> endpoints = new ConcurrentHashMap<>();

  @Override
  public void ended(
      RemoteEndpoint endpoint, TypeName function, int messages, long nanos, Outcome outcome) {
    endpoints
        .computeIfAbsent(endpoint.name(), name -> new Calls())
        .add(function, messages, nanos, outcome);
  }

  /** The calls of an endpoint. */
  Counted of(String endpoint) {
    Calls calls = endpoints.get(endpoint);
    return calls == null ? Counted.NOTHING : calls.counted();
  }

  /**
   * What was counted.
   *
   * @param outcomes how many attempts ended how
   * @param functions which were called
   */
  record Counted(
      long calls, long messages, long nanos, Map<String, Long> outcomes, Set<TypeName> functions) {

    private static final Counted NOTHING = new Counted(0, 0, 0, Map.of(), Set.of());

    /** How many calls did not do what they were to. */
    long failed() {
      return calls - outcome(Outcome.SUCCESS) - outcome(Outcome.INCOMPLETE);
    }

    private long outcome(Outcome outcome) {
      return outcomes.getOrDefault(name(outcome), 0L);
    }
  }

  private static String name(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }

  private static final class Calls {

    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private final Set<TypeName> functions = new HashSet<>();
    private long count;
    private long messages;
    private long nanos;

    synchronized void add(TypeName function, int more, long took, Outcome outcome) {
      outcomes.merge(outcome, 1L, Long::sum);
      if (functions.size() < FUNCTIONS) {
        functions.add(function);
      }
      count++;
      messages += more;
      nanos += took;
    }

    synchronized Counted counted() {
      Map<String, Long> named = new TreeMap<>();
      outcomes.forEach((outcome, number) -> named.put(name(outcome), number));
      return new Counted(count, messages, nanos, named, Set.copyOf(functions));
    }
  }
}
