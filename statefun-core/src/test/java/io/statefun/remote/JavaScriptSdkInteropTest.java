/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.remote.endpoint.reference.BeanFunctions;
import io.statefun.services.NodePackage;
import io.statefun.services.NodeServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Functions that are written with Apache's JavaScript SDK, called over HTTP by a whole engine. They
 * are in the folder {@code src/test/javascript}. Needs Node.js, and is skipped without.
 */
class JavaScriptSdkInteropTest extends SdkInteropContract {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static NodePackage program;
  private static @Nullable NodeServer server;
  private final NodeServer node;

  @BeforeAll
  static void startServer(@TempDir Path directory) throws IOException {
    program = NodePackage.install(Path.of("src/test/javascript"));
    if (program.isInstalled()) {
      server = NodeServer.start(program, "server.js", directory.resolve("node.log").toFile());
    }
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  JavaScriptSdkInteropTest() {
    program.assumeInstalled();
    node = Objects.requireNonNull(server);
  }

  @Override
  FunctionServer.Handler functions() {
    return forwardTo("functions");
  }

  @Override
  FunctionServer.Handler deployed(Version version) {
    return forwardTo(version.name());
  }

  /** Has the SDK's own server answer, and sees what it was asked. */
  private FunctionServer.Handler forwardTo(String path) {
    return request -> {
      HttpResponse<byte[]> response =
          CLIENT.send(
              HttpRequest.newBuilder(URI.create(node.url() + "/" + path))
                  .header("Content-Type", "application/octet-stream")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/octet-stream");
      return response.body();
    };
  }

  @Test
  void theSdksServerIsCalledWithoutAnythingBetween() throws Exception {
    try (RunningApplication application = direct()) {
      assertThat(calculate(application, "set json 7\nshow json\nreply 1")).isEqualTo(1);

      RunningApplication.until(() -> application.sink.size() == 1);
      assertThat(application.sink)
          .containsExactly(BeanFunctions.TYPES.wrap(BeanFunctions.value("json", 7)));
    }
  }

  @Test
  void aServerThatWasKilledAndStartedAgainGoesOn() throws Exception {
    try (RunningApplication application = direct()) {
      assertThat(calculate(application, "set int 7\nreply 1")).isEqualTo(1);
      node.kill();
      application.send("ref/calculator", "a", "show int");
      node.restart();

      assertThat(calculate(application, "reply 2")).isEqualTo(2);
      RunningApplication.until(() -> application.sink.size() == 1);
      assertThat(application.sink).containsExactly(BeanFunctions.TYPES.wrap(7));
    }
  }

  private RunningApplication direct() {
    return new RunningApplication(
        List.of(RemoteEndpoint.of("ref/*", node.url() + "/functions")), List.of());
  }

  private static int calculate(RunningApplication application, String program) throws Exception {
    return application.request("ref/calculator", "a", program, Integer.class);
  }
}
