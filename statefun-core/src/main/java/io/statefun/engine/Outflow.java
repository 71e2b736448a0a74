/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts to whom one sender sends. One worker writes it; any thread may read it.
 *
 * <p>A name is mostly the very object that it was last time, so that a sender with a few receivers
 * is counted by comparing a few references.
 */
final class Outflow {

  /** How many names are looked for by their identity. */
  private static final int REMEMBERED = 16;

  private final Traffic traffic;
  private final Traffic.Place from;

  /** From the front on; what is free is null. */
  private final @Nullable Known[] remembered = new Known[REMEMBERED];

  private volatile Count[] all = new Count[0];

  Outflow(Traffic traffic, Traffic.Place from) {
    this.traffic = traffic;
    this.from = from;
  }

  /** Messages went to a function, by any name. */
  void sent(TypeName function, int messages) {
    count(Traffic.Kind.FUNCTION, function, messages);
  }

  /** A record went to an egress. */
  void emitted(TypeName egress) {
    count(Traffic.Kind.EGRESS, egress, 1);
  }

  private void count(Traffic.Kind kind, TypeName name, int more) {
    for (int i = 0; i < REMEMBERED; i++) {
      Known known = remembered[i];
      if (known == null) {
        known = new Known(name, kind, find(traffic.receiver(from, kind, name)));
        remembered[i] = known;
      }
      if (known.name == name && known.kind == kind) {
        known.count.add(more);
        return;
      }
    }
    find(traffic.receiver(from, kind, name)).add(more);
  }

  /** What counts for a name that is this very object. */
  private record Known(TypeName name, Traffic.Kind kind, Count count) {}

  private Count find(Traffic.Place to) {
    Count[] known = all;
    for (Count count : known) {
      if (count.to.equals(to)) {
        return count;
      }
    }
    Count[] more = Arrays.copyOf(known, known.length + 1);
    Count count = new Count(to);
    more[known.length] = count;
    all = more;
    return count;
  }

  Traffic.Place from() {
    return from;
  }

  Count[] counts() {
    return all;
  }

  /** How much went to a receiver. */
  static final class Count {

    final Traffic.Place to;
    private final AtomicLong messages = new AtomicLong();

    Count(Traffic.Place to) {
      this.to = to;
    }

    private void add(int more) {
      // Nobody else writes it.
      messages.lazySet(messages.getPlain() + more);
    }

    long messages() {
      return messages.get();
    }
  }
}
