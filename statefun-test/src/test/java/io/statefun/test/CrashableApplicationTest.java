/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashableApplicationTest {

  @TempDir Path folder;

  /** Counts its starts in a file, says so, and stays. */
  static class Counting {

    public static void main(String[] arguments) throws IOException {
      Path file = Path.of("starts");
      int starts = Files.exists(file) ? Integer.parseInt(Files.readString(file)) + 1 : 1;
      Files.writeString(file, "" + starts);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("goodbye")));
      System.out.println(
          arguments[0] + " " + System.getProperty("who") + ", start number " + starts);
      LockSupport.park();
    }
  }

  static class Listening {

    public static void main(String[] arguments) throws IOException {
      try (ServerSocket socket = new ServerSocket(Integer.parseInt(arguments[0]))) {
        while (true) {
          socket.accept().close();
        }
      }
    }
  }

  static class Failing {

    public static void main(String[] arguments) {
      throw new IllegalStateException("cannot start: no configuration");
    }
  }

  private CrashableApplication start() {
    return CrashableApplication.of(Counting.class)
        .arguments("hello")
        .jvmOptions("-Dwho=test", "-Xmx32m")
        .directory(folder)
        .readyWhenPrinted("start number")
        .start();
  }

  @Test
  void runsInAJvmOfItsOwn() {
    try (CrashableApplication application = start()) {
      assertThat(application.isRunning()).isTrue();
      assertThat(application.output()).containsExactly("hello test, start number 1");
    }
  }

  @Test
  void isKilledWithoutAWarningAndStartsAgainOnTheSameFolder() {
    try (CrashableApplication application = start()) {
      application.kill();

      assertThat(application.isRunning()).isFalse();
      application.restart();

      assertThat(application.output()).containsExactly("hello test, start number 2");
      assertThat(application.fullOutput())
          .containsExactly("hello test, start number 1", "hello test, start number 2");
    }
  }

  @Test
  void isStoppedInPeace() {
    try (CrashableApplication application = start()) {
      application.stop();

      assertThat(application.output()).endsWith("goodbye");
    }
  }

  @Test
  void endsWhenItIsClosed() {
    CrashableApplication application = start();

    application.close();

    assertThat(application.isRunning()).isFalse();
  }

  @Test
  void isReadyWhenItListens() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (CrashableApplication application =
        CrashableApplication.of(Listening.class)
            .arguments("" + port)
            .readyWhenListening(port)
            .start()) {
      assertThat(application.isRunning()).isTrue();
    }
  }

  @Test
  void tellsWhyItDidNotStart() {
    assertThatIllegalStateException()
        .isThrownBy(
            () -> CrashableApplication.of(Failing.class).readyWhenPrinted("started").start())
        .withMessageContaining("has not printed 'started' and has ended with exit code 1")
        .withMessageContaining("cannot start: no configuration");
  }

  @Test
  void tellsThatItDidNotBecomeReadyInTime() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                CrashableApplication.of(Counting.class)
                    .arguments("hello")
                    .directory(folder)
                    .readyWhenPrinted("something else")
                    .timeout(Duration.ofSeconds(3))
                    .start())
        .withMessageContaining("has not printed 'something else' within PT3S");
  }
}
