/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.autoconfigure.app.Main;
import io.statefun.autoconfigure.app.Messages.Add;
import io.statefun.autoconfigure.app.Messages.Fail;
import io.statefun.autoconfigure.app.Messages.Read;
import io.statefun.autoconfigure.app.Messages.Sum;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.message.MessageTypes;
import io.statefun.remote.RequestSignature;
import io.statefun.remote.SigningKey;
import io.statefun.remote.protocol.Address;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.ToFunction;
import io.statefun.remote.protocol.TypedValue;
import io.statefun.snapshot.SnapshotStore;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** An application that serves its functions, over a connection. */
@ExtendWith(OutputCaptureExtension.class)
class FunctionEndpointTest {

  private static final String OCTETS = "application/octet-stream";
  private static final String NO_ENGINE = "--statefun.engine.enabled=false";
  private static final MessageTypes TYPES = MessageTypes.standard();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder;

  private @Nullable ConfigurableApplicationContext context;

  @AfterEach
  void close() {
    if (context != null) {
      context.close();
    }
  }

  @Test
  void servesFunctionsWithoutAnEngine() throws Exception {
    start(NO_ENGINE, "--spring.application.name=");

    FromFunction first = FromFunction.parseFrom(post(request(new Add(2), false)).body());
    HttpResponse<byte[]> second = post(request(new Add(2), true));

    assertThat(first.getIncompleteInvocationContext().getMissingValues(0).getStateName())
        .isEqualTo("sum");
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(second.headers().allValues("content-type")).containsExactly(OCTETS);
    FromFunction.InvocationResponse result =
        FromFunction.parseFrom(second.body()).getInvocationResult();
    assertThat(result.getStateMutations(0).getStateValue()).isEqualTo(value(TYPES.wrap(20L)));
    assertThat(result.getOutgoingEgresses(0).getArgument())
        .isEqualTo(value(TYPES.wrap(new Sum("a", 20))));
  }

  @Test
  void makesNothingOfTheEngineIfThereIsNone() {
    ConfigurableApplicationContext started = start(NO_ENGINE);

    assertThat(started.getBeansOfType(StateFunEngine.class)).isEmpty();
    assertThat(started.getBeansOfType(SnapshotStore.class)).isEmpty();
    assertThat(started.getBeansOfType(StateFunTemplate.class)).isEmpty();
    assertThat(started.getBeansOfType(HealthIndicator.class).keySet())
        .noneMatch(name -> name.startsWith("statefun"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void canRunAnEngineToo() throws Exception {
    StateFunTemplate template = start().getBean(StateFunTemplate.class);

    template.send("test/counter", "a", new Add(1)).join();

    assertThat(template.request("test/counter", "a", new Read(), Sum.class).join().sum())
        .isEqualTo(10);
    assertThat(post(request(new Add(2), true)).statusCode()).isEqualTo(200);
  }

  @Test
  void servesNothingUnlessItIsToldTo() throws Exception {
    start(NO_ENGINE, "--statefun.endpoint.enabled=false");

    assertThat(post(request(new Add(2), false)).statusCode()).isEqualTo(404);
  }

  @Test
  void letsInSignedRequestsOnlyIfItIsToldTo() throws Exception {
    start(NO_ENGINE, "--statefun.endpoint.signing.keys.k1=0123456789abcdef");
    byte[] body = request(new Add(2), true);

    assertThat(post(body).statusCode()).isEqualTo(401);
    assertThat(postSigned(body, SigningKey.of("k1", "0123456789abcdef")).statusCode())
        .isEqualTo(200);
    assertThat(postSigned(body, SigningKey.of("k1", "another secret, as long")).statusCode())
        .isEqualTo(401);
  }

  @Test
  void servesUnderAnyPath() throws Exception {
    start(NO_ENGINE, "--statefun.endpoint.path=/functions/{name}");

    assertThat(send("POST", "/functions/counter", OCTETS, body(request(new Add(2), false))))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(200);
    assertThat(post(request(new Add(2), false)).statusCode()).isEqualTo(404);
  }

  @Test
  void addsNoCharacterSetToTheContentType() throws Exception {
    start(NO_ENGINE, "--spring.servlet.encoding.force=true");

    assertThat(post(request(new Add(2), false)).headers().allValues("content-type"))
        .containsExactly(OCTETS);
  }

  @Test
  void refusesWhatIsNoRequest() throws Exception {
    start(NO_ENGINE, "--statefun.endpoint.max-request-size=1KB");
    byte[] good = request(new Add(2), false);

    assertThat(status("GET", OCTETS, BodyPublishers.noBody())).isEqualTo(405);
    assertThat(status("PUT", OCTETS, body(good))).isEqualTo(405);
    assertThat(status("POST", "application/json", body(good))).isEqualTo(415);
    assertThat(status("POST", null, body(good))).isEqualTo(200);
    assertThat(status("POST", OCTETS, BodyPublishers.noBody())).isEqualTo(400);
    assertThat(status("POST", OCTETS, body("no request".getBytes(UTF_8)))).isEqualTo(400);
    assertThat(status("POST", OCTETS, body(new byte[1_025]))).isEqualTo(413);
    // Without a length that could be looked at.
    assertThat(
            status(
                "POST",
                OCTETS,
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[100_000]))))
        .isEqualTo(413);
  }

  @Test
  void tellsOfAFailureInTheLogAndNotInTheReply(CapturedOutput output) throws Exception {
    start(NO_ENGINE);

    HttpResponse<byte[]> reply = post(request(new Fail(), true));

    assertThat(reply.statusCode()).isEqualTo(500);
    assertThat(new String(reply.body(), UTF_8)).isEqualTo("The function failed");
    assertThat(output.toString().split("as told", -1)).hasSizeBetween(2, 3);
    assertThat(output).contains("WARN").contains("test/counter/a");
  }

  @Test
  void saysThatAFunctionCannotBeServed(CapturedOutput output) {
    assertThatThrownBy(() -> start(List.of(Main.class, ListingConfiguration.class), NO_ENGINE));

    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("The function 'test/listing' cannot be served to a runtime elsewhere")
        .contains("its state 'entries' is a list")
        .contains("Make it a ValueState");
  }

  @Test
  void runsAFunctionThatCannotBeServedIfNoneIs() {
    start(List.of(Main.class, ListingConfiguration.class), "--statefun.endpoint.enabled=false");

    assertThat(Objects.requireNonNull(context).isRunning()).isTrue();
  }

  @Test
  void saysThatThereIsNothingToServeWith(CapturedOutput output) {
    assertThatThrownBy(() -> start(NO_ENGINE, "--spring.main.web-application-type=none"));

    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains(
            "The property statefun.endpoint.enabled is true, but the application is none with")
        .contains("spring-boot-starter-webmvc");
  }

  @Test
  void saysThatThePathIsNone(CapturedOutput output) {
    assertThatThrownBy(() -> start(NO_ENGINE, "--statefun.endpoint.path=/{unclosed"));
    assertThat(output)
        .contains("The property statefun.endpoint.path is '/{unclosed', which is no path");
  }

  @Test
  void saysWhichPropertyIsNotValid(CapturedOutput output) {
    assertThatThrownBy(() -> start(NO_ENGINE, "--statefun.endpoint.path=statefun"));
    assertThat(output)
        .contains("Property: statefun.endpoint.path")
        .contains("Reason: must begin with '/'");
    assertThatThrownBy(() -> start(NO_ENGINE, "--statefun.endpoint.max-request-size=2GB"));
    assertThat(output).contains("Property: statefun.endpoint.maxRequestSize");
    assertThatThrownBy(() -> start(NO_ENGINE, "--statefun.endpoint.async-timeout=-1s"));
    assertThat(output).contains("Property: statefun.endpoint.asyncTimeout");
  }

  /** A function that only an engine can run, given as a bean. */
  static class ListingConfiguration {

    @Bean
    Listing listing() {
      return new Listing();
    }
  }

  @StatefulFunction("test/listing")
  static class Listing {

    @MessageHandler
    void on(String message, @State("entries") ListState<String> entries) {
      entries.add(message);
    }
  }

  // The application

  private ConfigurableApplicationContext start(String... arguments) {
    return start(List.of(Main.class), arguments);
  }

  private ConfigurableApplicationContext start(List<Class<?>> sources, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--spring.application.name=test",
                "--server.port=0",
                "--logging.level.root=warn",
                "--statefun.partitions=4",
                "--statefun.endpoint.enabled=true",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")));
    for (String argument : arguments) {
      all.removeIf(other -> other.startsWith(argument.substring(0, argument.indexOf('=') + 1)));
      all.add(argument);
    }
    ConfigurableApplicationContext started =
        new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
            .run(all.toArray(String[]::new));
    context = started;
    return started;
  }

  // Requests

  /**
   * @param known whether the runtime knows the state, which is empty
   */
  private static byte[] request(Object message, boolean known) {
    ToFunction.InvocationBatchRequest.Builder batch =
        ToFunction.InvocationBatchRequest.newBuilder()
            .setTarget(Address.newBuilder().setNamespace("test").setType("counter").setId("a"))
            .addInvocations(
                ToFunction.Invocation.newBuilder().setArgument(value(TYPES.wrap(message))));
    if (known) {
      batch.addState(ToFunction.PersistedValue.newBuilder().setStateName("sum"));
    }
    return ToFunction.newBuilder().setInvocation(batch).build().toByteArray();
  }

  private static TypedValue value(io.statefun.message.TypedValue value) {
    return TypedValue.newBuilder()
        .setTypename(value.typeName().toString())
        .setHasValue(true)
        .setValue(ByteString.copyFrom(value.bytes()))
        .build();
  }

  private static BodyPublisher body(byte[] bytes) {
    return BodyPublishers.ofByteArray(bytes);
  }

  private HttpResponse<byte[]> post(byte[] request) throws Exception {
    return send("POST", "/statefun", OCTETS, body(request));
  }

  private HttpResponse<byte[]> postSigned(byte[] body, SigningKey key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/statefun"))
            .POST(body(body))
            .header("Content-Type", OCTETS)
            .header(RequestSignature.BATCH, "\"b1\"");
    new RequestSignature(key).sign(body, "\"b1\"", Instant.now()).forEach(request::header);
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private URI uri(String path) {
    String port = Objects.requireNonNull(context).getEnvironment().getProperty("local.server.port");
    return URI.create("http://localhost:" + port + path);
  }

  private int status(String method, @Nullable String contentType, BodyPublisher body)
      throws Exception {
    return send(method, "/statefun", contentType, body).statusCode();
  }

  private HttpResponse<byte[]> send(
      String method, String path, @Nullable String contentType, BodyPublisher body)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).method(method, body);
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }
}
