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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A process that dies again and again while it waits for many people. */
class AwakeablesCrashTest {

  private static final int PEOPLE = 300;
  private static final int CRASHES = 3;
  private static final int CALLERS = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What each of them was told. */
  private final Map<Integer, String> told = new ConcurrentSkipListMap<>();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder;

  private int port;

  @Test
  void eachAwakeableBringsOneOfTwoMessagesWhateverDies() throws Exception {
    port = freePort();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (JavaProcess process =
        new JavaProcess(folder.resolve("process"), WaitingApplication.class, arguments())) {
      process.start();
      for (int person = 0; person < PEOPLE; person++) {
        int number = person;
        callers.execute(() -> come(number));
      }
      for (int crash = 0; crash < CRASHES; crash++) {
        int enough = crash * PEOPLE / CRASHES;
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(10))
            .until(() -> isUp() && told.size() >= enough);
        process.kill();
        process.wipeDisk();
        process.start();
      }
      await().atMost(PATIENCE).until(() -> told.size() == PEOPLE);

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(notes()).isEqualTo(told));
      assertThat(told).containsValues("came", "missing");
    } finally {
      callers.shutdownNow();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private List<String> arguments() {
    return List.of(
        "--spring.application.name=waiting",
        "--spring.main.web-application-type=servlet",
        "--server.address=127.0.0.1",
        "--server.port=" + port,
        "--statefun.partitions=4",
        "--statefun.workers=2",
        "--statefun.api.call=waiting/room",
        "--statefun.api.read=waiting/room",
        "--statefun.api.awakeables=true",
        "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"));
  }

  private boolean isUp() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Is waited for, for long or not, and comes, unless it is one who never does. */
  private void come(int person) {
    boolean never = person % 3 == 0;
    long millis = never || person % 3 == 1 ? 20 : Duration.ofDays(1).toMillis();
    String room = "functions/waiting/room/" + person % 7;
    String token =
        untilAnswered(
                room + "/call?type=Wait",
                "{\"person\": " + person + ", \"millis\": " + millis + "}",
                "wait for " + person)
            .body()
            .replace("\"", "");
    if (never) {
      told.put(person, "missing");
      return;
    }
    String path = "awakeables/" + token + "?type=Come";
    String come = "{\"person\": " + person + "}";
    int status = untilAnswered(path, come, "come").statusCode();
    // Who comes again is told the same.
    assertThat(untilAnswered(path, come, "again").statusCode()).isEqualTo(status);
    told.put(person, status == 202 ? "came" : status == 410 ? "missing" : "status " + status);
  }

  private HttpResponse<String> untilAnswered(String path, String body, String key) {
    while (true) {
      try {
        HttpResponse<String> response =
            client.send(
                HttpRequest.newBuilder(uri(path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Idempotency-Key", key)
                    .POST(BodyPublishers.ofString(body))
                    .build(),
                BodyHandlers.ofString());
        if (response.statusCode() < 500) {
          return response;
        }
      } catch (IOException e) {
        // It is dead, or was when it should have answered.
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + "/statefun/api/" + path);
  }

  private Map<Integer, String> notes() throws Exception {
    Map<Integer, String> notes = new TreeMap<>();
    for (int room = 0; room < 7; room++) {
      HttpRequest get = HttpRequest.newBuilder(uri("functions/waiting/room/" + room)).build();
      JsonNode instance =
          JsonMapper.shared().readTree(client.send(get, BodyHandlers.ofString()).body());
      instance
          .get("states")
          .path("notes")
          .properties()
          .forEach(
              entry ->
                  notes.put(Integer.parseInt(entry.getKey(), 10), entry.getValue().asString()));
    }
    return notes;
  }
}
