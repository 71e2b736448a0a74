/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.function.Awakeable;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.MessageTypeName;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An application whose awakeables are completed over a connection. */
class AwakeableApiTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;

  private @Nullable ConfigurableApplicationContext context;

  /** Begins to wait. */
  record Ask(long millis) {}

  /** Asks what was decided. */
  record GetDecision() {}

  /** A decision. */
  @MessageTypeName("trip/approved")
  record Approved(String by) {}

  /** Another one. */
  record Rejected(String by) {}

  /** None. */
  record Late() {}

  /** A trip that somebody has to approve. */
  @StatefulFunction("trip/request")
  static class Trip {

    @MessageHandler
    void on(Ask ask, Context context) {
      Awakeable decision =
          context.awakeable(
              Set.of(Approved.class, Rejected.class), Duration.ofMillis(ask.millis()), new Late());
      context.reply(decision.token());
    }

    @MessageHandler
    void on(Approved approved, @State("decision") ValueState<String> decision) {
      decision.update("", before -> before + "approved by " + approved.by());
    }

    @MessageHandler
    void on(Rejected rejected, @State("decision") ValueState<String> decision) {
      decision.update("", before -> before + "rejected by " + rejected.by());
    }

    @MessageHandler
    void on(Late late, @State("decision") ValueState<String> decision) {
      decision.update("", before -> before + "too late");
    }

    @MessageHandler
    void on(GetDecision get, @State("decision") ValueState<String> decision, Context context) {
      context.reply(decision.getOrDefault("none"));
    }
  }

  /** The application. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Trips {

    @Bean
    Trip trip() {
      return new Trip();
    }
  }

  @AfterEach
  void close() {
    if (context != null) {
      context.close();
    }
  }

  private void start(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--spring.application.name=trips",
                "--server.port=0",
                "--logging.level.root=warn",
                "--statefun.partitions=4",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")));
    all.addAll(List.of(arguments));
    context = new SpringApplicationBuilder(Trips.class).run(all.toArray(String[]::new));
  }

  private void startWithAwakeables(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--statefun.api.awakeables=true");
    start(all.toArray(String[]::new));
  }

  private StateFunTemplate template() {
    return Objects.requireNonNull(context).getBean(StateFunTemplate.class);
  }

  private String ask(Duration timeout) {
    return template()
        .request("trip/request", "rome", new Ask(timeout.toMillis()), String.class)
        .join();
  }

  private String ask() {
    return ask(Duration.ofDays(1));
  }

  private String decision() {
    return template().request("trip/request", "rome", new GetDecision(), String.class).join();
  }

  private HttpResponse<String> post(String tokenAndType, String body) throws Exception {
    ServletWebServerApplicationContext running =
        (ServletWebServerApplicationContext) Objects.requireNonNull(context);
    int port = Objects.requireNonNull(running.getWebServer()).getPort();
    URI uri = URI.create("http://127.0.0.1:" + port + "/statefun/api/awakeables/" + tokenAndType);
    return client.send(
        HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private static void expectProblem(HttpResponse<String> response, int status, String detail) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.get("detail").asString()).contains(detail);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
  }

  @Test
  void whoHasTheTokenCompletesTheAwakeable() throws Exception {
    startWithAwakeables();
    String token = ask();

    HttpResponse<String> response = post(token + "?type=Approved", "{\"by\": \"ann\"}");

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(response.body()).isEmpty();
    assertThat(decision()).isEqualTo("approved by ann");
  }

  @Test
  void theSameAgainSucceedsAndAnythingElseIsRefusedAlsoAfterARestart() throws Exception {
    startWithAwakeables();
    String token = ask();
    post(token + "?type=trip/approved", "{\"by\": \"ann\"}");
    close();
    startWithAwakeables();

    assertThat(post(token + "?type=Approved", "{\"by\": \"ann\"}").statusCode()).isEqualTo(202);
    expectProblem(post(token + "?type=Rejected", "{\"by\": \"bob\"}"), 409, "completed already");
    assertThat(decision()).isEqualTo("approved by ann");
  }

  @Test
  void whoComesTooLateIsToldSo() throws Exception {
    startWithAwakeables();
    String token = ask(Duration.ofMillis(1));
    await().until(() -> decision().equals("too late"));

    expectProblem(post(token + "?type=Approved", "{\"by\": \"ann\"}"), 410, "too late");
    assertThat(decision()).isEqualTo("too late");
  }

  @Test
  void aTokenThatIsNoneAndOneWithAWrongSecretAreAnsweredAlike() throws Exception {
    startWithAwakeables();
    String token = ask();
    String wrong = token.substring(0, 43) + (token.endsWith("A") ? "B" : "A");

    HttpResponse<String> ofWrong = post(wrong + "?type=Approved", "{\"by\": \"eve\"}");
    HttpResponse<String> ofNone = post("guess?type=Approved", "{\"by\": \"eve\"}");

    expectProblem(ofWrong, 404, "no such awakeable");
    assertThat(ofNone.body()).isEqualTo(ofWrong.body());
    assertThat(decision()).isEqualTo("none");
  }

  @Test
  void whatIsNoMessageForItIsRefusedAndItWaitsOn() throws Exception {
    startWithAwakeables("--statefun.api.max-body-size=1KB");
    String token = ask();

    expectProblem(post(token, "{}"), 400, "'type'");
    expectProblem(post(token + "?type=Bribe", "{}"), 400, "'Bribe'");
    expectProblem(post(token + "?type=Approved", "{\"by\""), 400, "trip/approved");
    expectProblem(post(token + "?type=Ask", "{\"millis\": 5}"), 400, "of that type");
    expectProblem(post(token + "?type=Approved", " ".repeat(2_000) + "{}"), 413, "1024 bytes");

    assertThat(post(token + "?type=Approved", "{\"by\": \"ann\"}").statusCode()).isEqualTo(202);
  }

  @Test
  void nothingIsThereUnlessItIsSwitchedOn() throws Exception {
    start("--statefun.api.call=trip/*");
    String token = ask();

    HttpResponse<String> response = post(token + "?type=Approved", "{\"by\": \"ann\"}");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.headers().firstValue("content-type"))
        .isNotEqualTo(java.util.Optional.of("application/problem+json"));
    assertThat(decision()).isEqualTo("none");
  }

  @Test
  void theApplicationItselfCompletesThemByTheTemplate() {
    start();
    String token = ask();

    template().complete(token, new Rejected("the boss")).join();

    assertThat(decision()).isEqualTo("rejected by the boss");
  }
}
