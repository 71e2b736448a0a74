/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** Prints where time and allocation went, from a flight recording. */
public final class ProfileReport {

  private static final int LINES = 30;

  private final Map<String, Double> threads = new HashMap<>();
  private final Map<String, Double> tops = new HashMap<>();
  private final Map<String, Double> within = new HashMap<>();
  private final Map<String, Double> allocated = new HashMap<>();
  private final Map<String, Double> allocators = new HashMap<>();

  private ProfileReport() {}

  /** Reads a recording, whose path is the first argument. */
  public static void main(String[] arguments) throws IOException {
    new ProfileReport().read(Path.of(arguments[0]));
  }

  private void read(Path recording) throws IOException {
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        switch (event.getEventType().getName()) {
          case "jdk.ExecutionSample", "jdk.NativeMethodSample" -> sample(event);
          case "jdk.ObjectAllocationSample" -> allocation(event);
          default -> {}
        }
      }
    }
    print("Samples by thread", threads);
    print("Samples by top method", tops);
    print("Samples by methods of the engine, with what they call", within);
    print("Allocated bytes by class", allocated);
    print("Allocated bytes by method of the engine", allocators);
  }

  private void sample(RecordedEvent event) {
    RecordedStackTrace stack = event.getStackTrace();
    RecordedThread thread = event.getThread("sampledThread");
    if (stack == null || stack.getFrames().isEmpty()) {
      return;
    }
    List<RecordedFrame> frames = stack.getFrames();
    String top = name(frames.get(0));
    if (isWaiting(top)) {
      return;
    }
    count(threads, thread == null ? "?" : String.valueOf(thread.getJavaName()), 1);
    count(tops, top, 1);
    Set<String> seen = new LinkedHashSet<>();
    for (RecordedFrame frame : frames) {
      String method = name(frame);
      if (method.startsWith("io.statefun.") && seen.add(method)) {
        count(within, method, 1);
      }
    }
  }

  /** Native methods count as running even while they wait. */
  private static boolean isWaiting(String method) {
    return method.contains("EPoll") || method.contains("Unsafe.park");
  }

  private void allocation(RecordedEvent event) {
    long weight = event.getLong("weight");
    count(allocated, event.getClass("objectClass").getName(), weight);
    RecordedStackTrace stack = event.getStackTrace();
    if (stack != null) {
      for (RecordedFrame frame : stack.getFrames()) {
        String method = name(frame);
        if (method.startsWith("io.statefun.")) {
          count(allocators, method + ":" + frame.getLineNumber(), weight);
          break;
        }
      }
    }
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
  }

  private static void count(Map<String, Double> counts, String name, double weight) {
    counts.merge(name, weight, Double::sum);
  }

  private static void print(String title, Map<String, Double> counts) {
    double all =
        title.contains("with what they call")
            ? counts.values().stream().mapToDouble(value -> value).max().orElse(1)
            : counts.values().stream().mapToDouble(value -> value).sum();
    System.out.println();
    System.out.println(title);
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .limit(LINES)
        .forEach(
            entry ->
                System.out.printf(
                    "  %5.1f %%  %s%n", 100 * entry.getValue() / all, entry.getKey()));
  }
}
