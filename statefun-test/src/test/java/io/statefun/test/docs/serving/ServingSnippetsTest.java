/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.message.MessageTypes;
import io.statefun.remote.protocol.Address;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.ToFunction;
import io.statefun.remote.protocol.TypedValue;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.yaml.snakeyaml.Yaml;

class ServingSnippetsTest {

  private static final Path MODULE = Path.of("src/test/resources/serving/module.yaml");
  private static final MessageTypes TYPES = MessageTypes.standard();

  @Test
  void theServerOfTheJdkServesTheGreeter() throws Exception {
    HttpServer server = PlainServer.start();
    try {
      URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/statefun");
      HttpResponse<byte[]> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri)
                      .header("Content-Type", "application/octet-stream")
                      .POST(HttpRequest.BodyPublishers.ofByteArray(request()))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().allValues("content-type"))
          .containsExactly("application/octet-stream");
      assertGreeting(response.body());
    } finally {
      server.stop(0);
      ((ExecutorService) server.getExecutor()).shutdownNow();
    }
  }

  @Test
  void lambdaServesTheGreeter() throws Exception {
    Map<String, Object> event =
        Map.of(
            "version", "2.0",
            "requestContext", Map.of("http", Map.of("method", "POST")),
            "headers", Map.of("content-type", "application/octet-stream"),
            "body", Base64.getEncoder().encodeToString(request()),
            "isBase64Encoded", true);

    Map<String, Object> reply = new GreeterLambda().handleRequest(event, context());

    assertThat(reply).containsEntry("statusCode", 200);
    assertGreeting(Base64.getDecoder().decode((String) reply.get("body")));
  }

  private static Context context() {
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) -> null);
  }

  private static byte[] request() {
    return ToFunction.newBuilder()
        .setInvocation(
            ToFunction.InvocationBatchRequest.newBuilder()
                .setTarget(
                    Address.newBuilder().setNamespace("hello").setType("greeter").setId("ann"))
                .addState(ToFunction.PersistedValue.newBuilder().setStateName("visits"))
                .addInvocations(
                    ToFunction.Invocation.newBuilder()
                        .setArgument(
                            TypedValue.newBuilder()
                                .setTypename("hello/greet")
                                .setHasValue(true)
                                .setValue(ByteString.copyFromUtf8("{\"name\":\"Ann\"}")))))
        .build()
        .toByteArray();
  }

  private static void assertGreeting(byte[] reply) throws IOException {
    FromFunction.InvocationResponse result = FromFunction.parseFrom(reply).getInvocationResult();
    assertThat(result.getStateMutations(0).getStateValue().getValue().toByteArray())
        .isEqualTo(TYPES.wrap(1).bytes());
    assertThat(result.getOutgoingEgresses(0).getArgument().getValue().toByteArray())
        .isEqualTo(TYPES.wrap("Hello Ann, visit 1").bytes());
    assertThat(result.getDelayedInvocations(0).getDelayInMs())
        .isEqualTo(Duration.ofDays(7).toMillis());
  }

  @Test
  void theModuleOfFlinkNamesTheGreeterAndTheDefaultPath() throws IOException {
    Map<String, Object> module = new Yaml().load(Files.readString(MODULE));
    @SuppressWarnings("unchecked")
    Map<String, Object> spec = (Map<String, Object>) module.get("spec");

    assertThat(module).containsEntry("kind", "io.statefun.endpoints.v2/http");
    assertThat(spec).containsEntry("functions", "hello/*");
    assertThat(URI.create((String) spec.get("urlPathTemplate")).getPath())
        .isEqualTo(defaults().endpoint().path());
  }

  private static StateFunProperties defaults() {
    return new Binder(List.of(new MapConfigurationPropertySource(Map.of())))
        .bindOrCreate("statefun", Bindable.of(StateFunProperties.class));
  }
}
