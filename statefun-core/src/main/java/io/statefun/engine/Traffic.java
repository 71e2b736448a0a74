/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Who sends to whom, as this process has seen it since it started. The engine counts what handlers
 * have sent when it takes their effects, so that what a handler sent that threw is not counted.
 * Functions elsewhere that were found by their namespace are one sender and one receiver, as they
 * are in {@link FunctionMeter}. May be used by any thread.
 */
public final class Traffic {

  /** How many different edges are kept apart; later ones are counted as one to {@link #OTHERS}. */
  public static final int MAX_EDGES = 1_000;

  /** Stands for receivers of which there were too many to tell apart. */
  public static final Place OTHERS = new Place(Kind.FUNCTION, "others");

  private static final Place OUTSIDE = new Place(Kind.OUTSIDE, "outside");

  /** The namespace of addresses of those who wait for a reply, who are no functions. */
  private static final String CALLERS = "io.statefun";

  private final Function<TypeName, String> functionNames;
  private final Set<Map.Entry<Place, Place>> edges = ConcurrentHashMap.newKeySet();
  private final Map<Sender, Outflow> outflows = new ConcurrentHashMap<>();

  /**
   * @param functionNames what stands for a function, by any name of it
   */
  Traffic(Function<TypeName, String> functionNames) {
    this.functionNames = functionNames;
  }

  /** What sends or receives. */
  public enum Kind {
    /** A function, here or elsewhere. */
    FUNCTION,
    /** An ingress. */
    INGRESS,
    /** An egress. */
    EGRESS,
    /** The rest of the application, and callers over HTTP. */
    OUTSIDE
  }

  /** A sender or a receiver. */
  public record Place(Kind kind, String name) {}

  /**
   * An edge.
   *
   * @param messages how many messages or records went along it
   */
  public record Edge(Place from, Place to, long messages) {}

  /** All edges along which anything went. */
  public List<Edge> edges() {
    Map<Map.Entry<Place, Place>, Long> sums = new LinkedHashMap<>();
    for (Outflow outflow : outflows.values()) {
      for (Outflow.Count count : outflow.counts()) {
        sums.merge(Map.entry(outflow.from(), count.to), count.messages(), Long::sum);
      }
    }
    List<Edge> result = new ArrayList<>();
    sums.forEach(
        (edge, messages) -> result.add(new Edge(edge.getKey(), edge.getValue(), messages)));
    return result;
  }

  // For those who count

  /** What counts for a worker what a function or an ingress sends. */
  Outflow from(Kind kind, String name, int worker) {
    return outflows.computeIfAbsent(
        new Sender(worker, new Place(kind, name)), sender -> new Outflow(this, sender.place()));
  }

  /** What counts for a worker what comes from the rest of the application. */
  Outflow fromOutside(int worker) {
    return from(OUTSIDE.kind(), OUTSIDE.name(), worker);
  }

  /** Who is counted as the receiver of something. */
  Place receiver(Place from, Kind kind, TypeName name) {
    Place to = place(kind, name);
    Map.Entry<Place, Place> edge = Map.entry(from, to);
    if (edges.contains(edge)) {
      return to;
    }
    synchronized (this) {
      if (edges.size() < MAX_EDGES) {
        edges.add(edge);
      }
      return edges.contains(edge) ? to : OTHERS;
    }
  }

  private Place place(Kind kind, TypeName name) {
    if (kind != Kind.FUNCTION) {
      return new Place(kind, name.toString());
    }
    return name.namespace().equals(CALLERS) ? OUTSIDE : new Place(kind, functionNames.apply(name));
  }

  private record Sender(int worker, Place place) {}
}
