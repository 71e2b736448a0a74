/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.chaos.JavaProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that dies again and again while one request is made a thousand times. */
class IdempotentCallsCrashTest {

  private static final int REPEATS = 1_000;
  private static final int CRASHES = 10;
  private static final int CALLERS = 16;
  private static final int OK = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Queue<String> answers = new ConcurrentLinkedQueue<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder;

  @Test
  void aRequestThatIsRepeatedAcrossCrashesHasOneEffectAndOneAnswer() throws Exception {
    int port = freePort();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (JavaProcess process =
        new JavaProcess(folder.resolve("process"), TicketApplication.class, arguments(port))) {
      process.start();
      for (int caller = 0; caller < CALLERS; caller++) {
        callers.execute(() -> repeat(port));
      }
      for (int crash = 0; crash < CRASHES; crash++) {
        // The first one comes before anybody has an answer, or just then.
        int answered = crash == 0 ? -1 : crash * REPEATS / (CRASHES + 1);
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> isUp(port) && answers.size() > answered);
        process.kill();
        process.wipeDisk();
        process.start();
      }
      await().atMost(PATIENCE).until(() -> answers.size() >= REPEATS);

      assertThat(answers).hasSizeGreaterThanOrEqualTo(REPEATS);
      assertThat(answers).allMatch(answers.element()::equals);
      assertThat(call(port, "another key").body()).contains("\"number\":2");
    } finally {
      callers.shutdownNow();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private List<String> arguments(int port) {
    return List.of(
        "--spring.application.name=tickets",
        "--spring.main.web-application-type=servlet",
        "--server.address=127.0.0.1",
        "--server.port=" + port,
        "--statefun.partitions=4",
        "--statefun.workers=2",
        "--statefun.api.call=tickets/office",
        "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"));
  }

  private static boolean isUp(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes the request until there are answers enough. */
  private void repeat(int port) {
    while (answers.size() < REPEATS && !Thread.currentThread().isInterrupted()) {
      try {
        HttpResponse<String> response = call(port, "k");
        if (response.statusCode() == OK) {
          answers.add(response.body());
          continue;
        }
      } catch (IOException e) {
        // It is dead, or was when it should have answered.
      } catch (InterruptedException e) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private HttpResponse<String> call(int port, String key) throws IOException, InterruptedException {
    URI office =
        URI.create("http://127.0.0.1:" + port + "/statefun/api/functions/tickets/office/main/call");
    return client.send(
        HttpRequest.newBuilder(office)
            .timeout(Duration.ofSeconds(20))
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString("\"ann\""))
            .build(),
        BodyHandlers.ofString());
  }
}
