/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.bootstrap;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the application, and what it says of the first state. */
final class BootstrapProcess {

  private static final Pattern DONE =
      Pattern.compile(
          "Bootstrap: (\\d+) rows, (\\d+) of them now in ([0-9.]+) s, .* after ([0-9.]+)");

  private final Process process;

  /** When it began with the rows, and when its first state was in place; 0 for not yet. */
  private volatile long begunAt;

  private volatile long inPlaceAt;
  private volatile long rowsNow;
  private volatile double readSeconds;
  private volatile double mergeSeconds;

  BootstrapProcess(String jvm, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvm.strip().split(" +")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-Dorg.slf4j.simpleLogger.log.io.statefun=info");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(BootstrapApplication.class.getName());
    command.addAll(arguments);
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    Thread listening = new Thread(this::listen, "listening");
    listening.setDaemon(true);
    listening.start();
  }

  private void listen() {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        hear(line);
      }
    } catch (IOException e) {
      // It was killed.
    }
  }

  private void hear(String line) {
    if (line.contains("Bootstrap") || line.contains("WARN") || line.contains("ERROR")) {
      System.out.println(line);
    }
    if (line.contains("Bootstrap: begins") || line.contains("Bootstrap: goes on")) {
      begunAt = System.nanoTime();
    }
    Matcher done = DONE.matcher(line);
    if (done.find()) {
      rowsNow = Long.parseLong(done.group(2));
      readSeconds = Double.parseDouble(done.group(3));
      mergeSeconds = Double.parseDouble(done.group(4));
    }
    if (line.contains("begins with savepoint")) {
      inPlaceAt = System.nanoTime();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  boolean isInPlace() {
    return inPlaceAt != 0;
  }

  /** For how long it has had to do with the first state, in seconds. */
  double seconds() {
    long end = inPlaceAt == 0 ? System.nanoTime() : inPlaceAt;
    return begunAt == 0 ? 0 : (end - begunAt) / 1e9;
  }

  /** How many rows it has read in a second, if it has read to the end. */
  double rowsPerSecond() {
    return rowsNow / Math.max(0.1, readSeconds);
  }

  double mergeSeconds() {
    return mergeSeconds;
  }

  /** How long it took to bring the savepoint into the application. */
  double restoreSeconds() {
    return Math.max(0, seconds() - readSeconds - mergeSeconds);
  }

  /** Kills it without warning, as kill -9 does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    int unused = process.waitFor();
  }

  /** Ends it as an operator does. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("The process does not end");
    }
  }
}
