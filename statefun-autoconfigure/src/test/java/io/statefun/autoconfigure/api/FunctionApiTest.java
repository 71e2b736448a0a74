/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
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

/** An application whose functions are called over a connection. */
class FunctionApiTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;

  private @Nullable ConfigurableApplicationContext context;

  /** Pays something in. */
  @MessageTypeName("bank/deposit")
  record Deposit(long amount) {}

  /** Cannot be handled. */
  record Rob() {}

  /** Is never answered. */
  record Whisper() {}

  /** Takes time. */
  record Audit() {}

  /** What there is. */
  record Balance(long balance) {}

  /** An account. */
  @StatefulFunction("bank/account")
  @OnFailure(maxAttempts = 1)
  static class Account {

    private final Semaphore audits = new Semaphore(0);

    @MessageHandler
    void on(
        Deposit deposit,
        @State("balance") ValueState<Long> balance,
        @State("deposits") ListState<Deposit> deposits,
        Context context) {
      balance.update(0L, before -> before + deposit.amount());
      deposits.add(deposit);
      context.reply(new Balance(balance.getOrDefault(0L)));
    }

    @MessageHandler
    void on(Rob rob) {
      throw new IllegalStateException("the alarm rings");
    }

    @MessageHandler
    void on(Whisper whisper) {}

    @MessageHandler
    void on(Audit audit) throws InterruptedException {
      audits.acquire();
    }
  }

  /** Takes one type of message, and answers with a number. */
  @StatefulFunction("bank/counter")
  static class Counter {

    @MessageHandler
    void on(Long add, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, before -> before + add);
      context.reply(sum.getOrDefault(0L));
    }
  }

  /** The application. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Bank {

    @Bean
    Account account() {
      return new Account();
    }

    @Bean
    Counter counter() {
      return new Counter();
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
                "--spring.application.name=bank",
                "--server.port=0",
                "--logging.level.root=warn",
                "--management.endpoints.web.exposure.include=deadletters",
                "--management.endpoint.deadletters.access=unrestricted",
                "--statefun.partitions=4",
                "--statefun.api.call=bank/*",
                "--statefun.api.read=bank/account",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")));
    for (String argument : arguments) {
      all.removeIf(other -> other.startsWith(argument.substring(0, argument.indexOf('=') + 1)));
      all.add(argument);
    }
    context = new SpringApplicationBuilder(Bank.class).run(all.toArray(String[]::new));
  }

  private void restart() {
    close();
    start();
  }

  private URI uri(String path) {
    ServletWebServerApplicationContext running =
        (ServletWebServerApplicationContext) Objects.requireNonNull(context);
    int port = Objects.requireNonNull(running.getWebServer()).getPort();
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  private static String account(String id, String rest) {
    return "/statefun/api/functions/bank/account/" + id + rest;
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JSON.readTree(response.body());
  }

  private static void expectProblem(HttpResponse<String> response, int status, String detail) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(json(response).get("detail").asString()).contains(detail);
    assertThat(json(response).get("status").asInt()).isEqualTo(status);
  }

  @Test
  void whoCallsWhenTooManyMessagesWaitIsToldToComeAgain() throws Exception {
    start("--statefun.workers=1", "--statefun.memory.max-waiting-requests=1");
    Semaphore audits = Objects.requireNonNull(context).getBean(Account.class).audits;
    try {
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      await()
          .until(
              () -> {
                waiting.add(postLater(account("ann", "/send?type=Audit"), "{}"));
                return waiting.stream().anyMatch(CompletableFuture::isDone)
                    && waiting.stream()
                        .filter(CompletableFuture::isDone)
                        .anyMatch(done -> done.join().statusCode() == 503);
              });

      HttpResponse<String> refused = post(account("bob", "/call?type=Deposit"), "{\"amount\": 5}");

      expectProblem(refused, 503, "wait");
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
    } finally {
      audits.release(1_000);
    }
    await()
        .until(
            () ->
                post(account("bob", "/call?type=Deposit"), "{\"amount\": 5}").statusCode() == 200);
  }

  private CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
    return client.sendAsync(
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  @Test
  void aCallIsAnsweredWithTheReply() throws Exception {
    start();

    HttpResponse<String> response =
        post(account("ann", "/call?type=bank/deposit"), "{\"amount\": 5}");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.body()).isEqualTo("{\"balance\":5}");
  }

  @Test
  void theTypeNeedNotBeNamedIfThereIsOne() throws Exception {
    start();

    HttpResponse<String> response = post("/statefun/api/functions/bank/counter/a/call", "7");

    assertThat(response.body()).isEqualTo("7");
  }

  @Test
  void aMessageIsAcceptedOnceItIsCommitted() throws Exception {
    start();

    assertThat(post(account("ann", "/send?type=Deposit"), "{\"amount\": 5}").statusCode())
        .isEqualTo(202);

    restart();
    assertThat(json(post(account("ann", "/call?type=Deposit"), "{\"amount\": 1}")).get("balance"))
        .hasToString("6");
  }

  @Test
  void aCallWithAKeyHasOneEffectAndOneAnswerAlsoAcrossARestart() throws Exception {
    start();
    String path = account("ann", "/call?type=Deposit");
    String first = post(path, "{\"amount\": 5}", "Idempotency-Key", "k1").body();

    restart();

    assertThat(post(path, "{\"amount\": 5}", "Idempotency-Key", "k1").body()).isEqualTo(first);
    assertThat(post(path, "{\"amount\": 5}", "Idempotency-Key", "k2").body())
        .isEqualTo("{\"balance\":10}");
    expectProblem(
        post(path, "{\"amount\": 6}", "Idempotency-Key", "k1"), 409, "used for another message");
  }

  @Test
  void theReplyToWhatWasSentWithAKeyIsAtItsLocation() throws Exception {
    start();
    HttpResponse<String> sent =
        post(account("ann", "/send?type=Deposit"), "{\"amount\": 5}", "Idempotency-Key", "k 1");
    URI location = URI.create(sent.headers().firstValue("location").orElseThrow());

    assertThat(sent.statusCode()).isEqualTo(202);
    assertThat(send(HttpRequest.newBuilder(location)).body()).isEqualTo("{\"balance\":5}");
    expectProblem(get(account("ann", "/calls/never")), 404, "no call");
  }

  @Test
  void anInstanceShowsItsStates() throws Exception {
    start();
    post(account("ann", "/call?type=Deposit"), "{\"amount\": 5}");
    post(account("ann", "/call?type=Deposit"), "{\"amount\": 7}");

    JsonNode instance = json(get(account("ann", "")));

    assertThat(instance.get("function").asString()).isEqualTo("bank/account");
    assertThat(instance.get("states"))
        .hasToString("{\"balance\":12,\"deposits\":[{\"amount\":5},{\"amount\":7}]}");
    assertThat(instance.get("partial").asBoolean()).isFalse();
  }

  @Test
  void functionsThatAreNotNamedAreNotThere() throws Exception {
    start("--statefun.api.call=bank/account");

    expectProblem(post("/statefun/api/functions/bank/counter/a/call", "7"), 404, "no such");
    expectProblem(get("/statefun/api/functions/bank/counter/a"), 404, "no such");
    expectProblem(post("/statefun/api/functions/bank/nothing/a/call", "7"), 404, "no such");
  }

  @Test
  void nothingIsThereUnlessFunctionsAreNamed() throws Exception {
    start("--statefun.api.call=", "--statefun.api.read=");

    HttpResponse<String> response = post(account("ann", "/call?type=Deposit"), "{}");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.headers().firstValue("content-type"))
        .isNotEqualTo(java.util.Optional.of("application/problem+json"));
  }

  @Test
  void whatIsNoMessageIsRefusedAndSaysWhy() throws Exception {
    start();

    expectProblem(post(account("a", "/call"), "{}"), 400, "[bank/deposit, ");
    expectProblem(post(account("a", "/call?type=bank/gift"), "{}"), 400, "'bank/gift'");
    expectProblem(
        post(account("a", "/call?type=Deposit"), "{\"amount\": \"many\"}"), 400, "bank/deposit");
    expectProblem(post(account("a", "/call?type=Deposit"), "{\"amount\""), 400, "bank/deposit");
    expectProblem(post(account("a", "/call?type=Deposit"), "null"), 400, "bank/deposit");
    expectProblem(
        post(account("a", "/call?type=Deposit"), "{}", "Idempotency-Key", "k".repeat(300)),
        400,
        "1 to 256");
  }

  @Test
  void aBodyHasABoundedSize() throws Exception {
    start("--statefun.api.max-body-size=1KB");

    expectProblem(
        post(account("a", "/call?type=Deposit"), " ".repeat(2_000) + "{}"), 413, "1024 bytes");
  }

  @Test
  void aCallThatCannotBeHandledSaysSoAndIsReplayedByHand() throws Exception {
    start();
    expectProblem(post(account("ann", "/call?type=Rob"), "{}"), 422, "the alarm rings");

    JsonNode letters = json(get("/actuator/deadletters")).get("deadLetters");
    assertThat(letters).hasSize(1);
    JsonNode letter = letters.get(0);
    assertThat(letter.get("target").asString()).isEqualTo("bank/account/ann");
    assertThat(letter.get("cause").asString()).contains("the alarm rings");
    String one = "/actuator/deadletters/" + letter.get("id").asString();
    String correction = "{\"type\": \"bank/deposit\", \"message\": \"{\\\"amount\\\": 9}\"}";
    assertThat(post(one, correction, "Content-Type", "application/json").statusCode())
        .isEqualTo(204);
    assertThat(post(one, correction, "Content-Type", "application/json").statusCode())
        .isEqualTo(404);

    await()
        .untilAsserted(
            () ->
                assertThat(json(get(account("ann", ""))).get("states").get("balance"))
                    .hasToString("9"));
    assertThat(json(get("/actuator/deadletters")).get("deadLetters")).isEmpty();
  }

  @Test
  void aDeadLetterIsDiscarded() throws Exception {
    start();
    post(account("ann", "/call?type=Rob"), "{}");
    String id = json(get("/actuator/deadletters")).get("deadLetters").get(0).get("id").asString();

    HttpResponse<String> gone =
        send(HttpRequest.newBuilder(uri("/actuator/deadletters/" + id)).DELETE());

    assertThat(gone.statusCode()).isEqualTo(204);
    assertThat(json(get("/actuator/deadletters")).get("deadLetters")).isEmpty();
  }

  @Test
  void aCallThatIsNotAnsweredInTimeSaysHowToGoOn() throws Exception {
    start("--statefun.api.timeout=300ms");

    expectProblem(post(account("ann", "/call?type=Whisper"), "{}"), 504, "Idempotency-Key");
  }

  @Test
  void whatIsExposedIsDescribed() throws Exception {
    start();

    JsonNode description = json(get("/statefun/api/openapi.json"));

    assertThat(description.at("/info/title").asString()).isEqualTo("bank");
    assertThat(description.get("paths").propertyNames())
        .contains(
            "/statefun/api/functions/bank/account/{id}/call",
            "/statefun/api/functions/bank/account/{id}",
            "/statefun/api/functions/bank/counter/{id}/call");
  }

  @Test
  void theDescriptionCanBeLeftOut() throws Exception {
    start("--statefun.api.describe=false");

    assertThat(get("/statefun/api/openapi.json").statusCode()).isEqualTo(404);
  }

  @Test
  void anotherMethodIsRefused() throws Exception {
    start();

    HttpResponse<String> response = get(account("ann", "/call"));

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).hasValue("POST");
  }

  @Test
  void aNameThatIsNoFunctionsStopsTheStart() {
    assertThatThrownBy(() -> start("--statefun.api.call=bank*"))
        .rootCause()
        .hasMessageContaining("'bank*' names no function");
  }
}
