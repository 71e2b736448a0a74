/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An application in a JVM of its own, with the class path of the test, that can be killed as {@code
 * kill -9} does and started again on the same folders.
 *
 * <pre>{@code
 * try (CrashableApplication application =
 *     CrashableApplication.of(ShopApplication.class)
 *         .arguments("--server.port=" + port, "--statefun.data-directory=" + folder)
 *         .readyWhenListening(port)
 *         .start()) {
 *   order("book");
 *   application.kill();
 *   application.restart();
 *   assertThat(orders()).containsExactly("book");
 * }
 * }</pre>
 *
 * <p>The child ends with {@link #close}, and with the test's own JVM, however that ends. What it
 * prints is kept: {@link #output}; the end of it is in the exceptions that tell of its failures.
 * Its input belongs to this class. To be used by one thread.
 */
public final class CrashableApplication implements AutoCloseable {

  private static final int MAX_LINES = 10_000;
  private static final int LINES_IN_FAILURES = 60;
  private static final long PAUSE_MILLIS = 20;
  private static final int EXIT_SECONDS = 30;

  private final Builder settings;
  private final Object lock = new Object();
  private final ArrayDeque<String> earlier = new ArrayDeque<>();
  private final ArrayDeque<String> current = new ArrayDeque<>();
  private @Nullable Process process;
  private @Nullable Thread reader;

  private CrashableApplication(Builder settings) {
    this.settings = settings;
  }

  /**
   * Begins an application.
   *
   * @param mainClass a class with a main method, which need not be public
   */
  public static Builder of(Class<?> mainClass) {
    return new Builder(mainClass);
  }

  // Life

  /** Kills the application at once, as {@code kill -9} does, and waits until it is gone. */
  public void kill() {
    Process dying = process;
    if (dying != null) {
      dying.toHandle().destroyForcibly(); // Process.destroyForcibly would lose the last output
      awaitExit(dying);
    }
  }

  /** Asks the application to end, as {@code kill} does, and waits until it has. */
  public void stop() {
    Process ending = process;
    if (ending != null) {
      ending.toHandle().destroy(); // Process.destroy would close the child's input, too
      awaitExit(ending);
    }
  }

  /**
   * Starts the application again, as it was started first, and waits until it is ready. Kills it
   * first if it runs.
   *
   * @throws IllegalStateException if it does not become ready
   */
  public void restart() {
    kill();
    start();
  }

  /** Kills the application, if it runs. */
  @Override
  public void close() {
    kill();
  }

  /** Whether the application runs. */
  public boolean isRunning() {
    Process running = process;
    return running != null && running.isAlive();
  }

  private void start() {
    synchronized (lock) {
      current.forEach(line -> add(earlier, line));
      current.clear();
    }
    try {
      Process started = settings.processBuilder().start();
      process = started;
      Thread thread = new Thread(() -> read(started), "output of " + settings.mainClass.getName());
      thread.setDaemon(true);
      thread.start();
      reader = thread;
    } catch (IOException e) {
      throw new UncheckedIOException("The child cannot be started", e);
    }
    try {
      for (Readiness condition : settings.readiness) {
        await(() -> condition.holds(this), condition.text());
      }
    } catch (RuntimeException | Error failure) {
      kill();
      throw failure;
    }
  }

  private void awaitExit(Process ending) {
    try {
      if (!ending.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
        throw failed("does not end");
      }
      Objects.requireNonNull(reader).join(Duration.ofSeconds(EXIT_SECONDS).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was to end when the test was interrupted");
    }
  }

  // Output

  /**
   * Waits until the application has printed a text since its last start.
   *
   * @throws IllegalStateException if it does not in time, or ends
   */
  public void awaitOutput(String text) {
    await(() -> hasPrinted(text), "has not printed '" + text + "'");
  }

  /** The lines that the application has printed since its last start. */
  public List<String> output() {
    synchronized (lock) {
      return List.copyOf(current);
    }
  }

  /** All lines that the application has printed, since its first start. */
  public List<String> fullOutput() {
    synchronized (lock) {
      return Stream.concat(earlier.stream(), current.stream()).toList();
    }
  }

  private boolean hasPrinted(String text) {
    synchronized (lock) {
      return current.stream().anyMatch(line -> line.contains(text));
    }
  }

  private void read(Process running) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (lock) {
          add(current, line);
          lock.notifyAll();
        }
      }
    } catch (IOException e) {
      // the child was killed while it printed
    }
  }

  private static void add(ArrayDeque<String> lines, String line) {
    lines.add(line);
    if (lines.size() > MAX_LINES) {
      lines.remove();
    }
  }

  // Waiting

  private void await(BooleanSupplier condition, String failure) {
    Process running = Objects.requireNonNull(process);
    long deadline = System.nanoTime() + settings.timeout.toNanos();
    while (!condition.getAsBoolean()) {
      if (!running.isAlive()) {
        awaitExit(running);
        if (condition.getAsBoolean()) {
          return;
        }
        throw failed(failure + " and has ended with exit code " + running.exitValue());
      }
      if (System.nanoTime() > deadline) {
        throw failed(failure + " within " + settings.timeout);
      }
      pause();
    }
  }

  private void pause() {
    try {
      synchronized (lock) {
        lock.wait(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was awaited when the test was interrupted");
    }
  }

  private IllegalStateException failed(String what) {
    List<String> lines = output();
    List<String> last = lines.subList(Math.max(0, lines.size() - LINES_IN_FAILURES), lines.size());
    return new IllegalStateException(
        settings.mainClass.getName()
            + " "
            + what
            + (last.isEmpty()
                ? ". It has printed nothing."
                : ". The last that it has printed:\n  " + String.join("\n  ", last)));
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** When an application is ready. */
  private record Readiness(Condition condition, String text) {

    boolean holds(CrashableApplication application) {
      return condition.holds(application);
    }

    private interface Condition {
      boolean holds(CrashableApplication application);
    }
  }

  /** Collects how an application is started. */
  public static final class Builder {

    private final Class<?> mainClass;
    private final List<String> arguments = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final List<Readiness> readiness = new ArrayList<>();
    private Duration timeout = Duration.ofSeconds(60);
    private @Nullable Path directory;

    private Builder(Class<?> mainClass) {
      this.mainClass = mainClass;
    }

    /** Adds arguments of the main method. */
    public Builder arguments(String... added) {
      arguments.addAll(List.of(added));
      return this;
    }

    /** Adds options of the JVM, as {@code -Xmx256m} or {@code -Dname=value}. */
    public Builder jvmOptions(String... added) {
      jvmOptions.addAll(List.of(added));
      return this;
    }

    /** Sets a variable of the environment, which is otherwise that of the test. */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** The working directory; that of the test unless set. */
    public Builder directory(Path folder) {
      directory = folder;
      return this;
    }

    /** The application is ready when it has printed a text. */
    public Builder readyWhenPrinted(String text) {
      readiness.add(
          new Readiness(
              application -> application.hasPrinted(text), "has not printed '" + text + "'"));
      return this;
    }

    /** The application is ready when it takes connections at a port of this machine. */
    public Builder readyWhenListening(int port) {
      readiness.add(
          new Readiness(application -> isListening(port), "does not listen at port " + port));
      return this;
    }

    /** How long to wait for anything; one minute unless set. */
    public Builder timeout(Duration longest) {
      timeout = longest;
      return this;
    }

    /**
     * Starts the application, and waits until it is ready.
     *
     * @throws IllegalStateException if it does not become ready
     */
    public CrashableApplication start() {
      CrashableApplication application = new CrashableApplication(this);
      application.start();
      return application;
    }

    private ProcessBuilder processBuilder() {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmOptions);
      command.add(ChildMain.class.getName());
      command.add(mainClass.getName());
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      // Not among the arguments, where long class paths do not fit
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      if (directory != null) {
        builder.directory(directory.toFile());
      }
      return builder;
    }
  }
}
