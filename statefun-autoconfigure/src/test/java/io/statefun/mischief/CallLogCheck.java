/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads what endpoints have noted of their calls. Whatever crashes, what comes under an id must be
 * the same whenever it comes: for the same instance, with the same messages, and with the same
 * state; and no message may come under two ids. Knows nothing of the engine.
 */
final class CallLogCheck {

  private static final int MAX_COMPLAINTS = 20;

  private final Map<String, Batch> batches = new HashMap<>();
  private final Map<String, String> ids = new HashMap<>();
  private final Map<String, Integer> misdeeds = new TreeMap<>();
  private final Map<String, String> lastAnswers = new HashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final boolean once;
  private long calls;
  private long changed;
  private long rebatched;

  private CallLogCheck(boolean once) {
    this.once = once;
  }

  /**
   * What has come under an id.
   *
   * @param state a dash if there was none, as of a function whose states are not known yet
   */
  private record Batch(String instance, String state, String messages) {

    boolean isSame(Batch other) {
      return instance.equals(other.instance)
          && messages.equals(other.messages)
          && (state.equals("-") || other.state.equals("-") || state.equals(other.state));
    }
  }

  /**
   * Reads a file.
   *
   * @param once whether a message may not come under two ids, as one of a batch that has failed too
   *     often does
   */
  static CallLogCheck of(Path file, boolean once) throws IOException {
    CallLogCheck check = new CallLogCheck(once);
    try (Stream<String> lines = Files.lines(file)) {
      lines.forEach(line -> check.take(line.split(" ", -1)));
    }
    return check;
  }

  private void take(String[] words) {
    if (words[0].equals("misdeed")) {
      misdeeds.merge(words[2] + '-' + words[3], 1, Integer::sum);
      lastAnswers.put(words[1], words[2] + '-' + words[3]);
      return;
    }
    calls++;
    String id = words[1];
    lastAnswers.remove(id);
    Batch batch = new Batch(words[2], words[3], words[4]);
    Batch before = batches.get(id);
    if (before == null || before.state().equals("-")) {
      batches.put(id, batch);
    }
    if (before != null && !before.isSame(batch)) {
      changed++;
      complain(id + " was called with " + before + " and then with " + batch);
    }
    if (before == null && once) {
      for (String message : batch.messages().split(",")) {
        String other = ids.put(batch.instance() + ' ' + message, id);
        if (other != null) {
          rebatched++;
          complain(batch.instance() + " was given a message under " + other + " and " + id);
        }
      }
    }
  }

  private void complain(String what) {
    if (complaints.size() < MAX_COMPLAINTS) {
      complaints.add(what);
    }
  }

  long calls() {
    return calls;
  }

  /** How many calls were attempts that were not the first. */
  long repeated() {
    return calls - batches.size();
  }

  /** How many calls were other than those before under the same id. */
  long changed() {
    return changed;
  }

  /** How many messages have come under more than one id. */
  long rebatched() {
    return rebatched;
  }

  /** How often which answer was wrong. */
  Map<String, Integer> misdeeds() {
    return misdeeds;
  }

  /** Which wrong answers were the last ones to a call: they were taken, or are still to be. */
  Map<String, Long> taken() {
    return lastAnswers.values().stream()
        .collect(Collectors.groupingBy(what -> what, TreeMap::new, Collectors.counting()));
  }

  /** The first things that were not right. */
  List<String> complaints() {
    return complaints;
  }
}
