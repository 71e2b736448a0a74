/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.trace.RecentInvocation;
import io.statefun.autoconfigure.trace.RecentInvocations;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the console's page gets of an application, over a connection. */
class ConsoleDataTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String[] FROM_PAGE = {
    "Content-Type", "application/json", "X-StateFun-Console", "true"
  };

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;

  private @Nullable BillingDesk billing;

  /** With one that knows what instances did. */
  @Configuration(proxyBeanMethods = false)
  static class Traced extends BillingDesk.Application {

    @Bean
    RecentInvocations recentInvocations() {
      RecentInvocations recent = new RecentInvocations(10);
      recent.add(
          new RecentInvocation(
              Address.of("billing/user", "ann/1"),
              TypeName.of("billing", "plan-changed"),
              1,
              null,
              Instant.EPOCH,
              Duration.ofMillis(2),
              null,
              "4bf9",
              true));
      return recent;
    }
  }

  @AfterEach
  void close() {
    if (billing != null) {
      billing.close();
    }
  }

  private BillingDesk start(String... arguments) {
    billing = new BillingDesk(folder, BillingDesk.Application.class, arguments);
    return billing;
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create(Objects.requireNonNull(billing).url(path));
  }

  private JsonNode data(String path) throws Exception {
    HttpResponse<String> answer = get("/statefun/data/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    return JSON.readTree(answer.body());
  }

  @Test
  void thereIsNoConsoleUnlessItIsSwitchedOn() throws Exception {
    start();

    assertThat(get("/statefun/").statusCode()).isEqualTo(404);
    assertThat(get("/statefun/data/overview").statusCode()).isEqualTo(404);
  }

  @Test
  void thePageIsKeptFromEverythingButThisApplication() throws Exception {
    start("--statefun.console.enabled=true");

    HttpResponse<String> page = get("/statefun/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    HttpResponse<String> redirect = get("/statefun");
    assertThat(redirect.statusCode()).isEqualTo(302);
    assertThat(redirect.headers().firstValue("Location")).hasValue("statefun/");
  }

  @Test
  void aFileThatTheBrowserHasIsNotSentAgain() throws Exception {
    start("--statefun.console.enabled=true", "--statefun.console.path=/inside/desk");

    HttpResponse<String> script = get("/inside/desk/assets/console.js");
    String tag = script.headers().firstValue("ETag").orElseThrow();

    assertThat(script.headers().firstValue("Content-Type").orElse("")).contains("javascript");
    assertThat(get("/inside/desk/assets/console.js", "If-None-Match", tag).statusCode())
        .isEqualTo(304);
    assertThat(get("/inside/desk/assets/..%2findex.html").statusCode()).isNotEqualTo(200);
    assertThat(get("/inside/desk/assets/package.json").statusCode()).isEqualTo(404);
  }

  @Test
  void tellsHowTheApplicationDoes() throws Exception {
    start("--statefun.console.enabled=true").bean(BillingDesk.PlanChanges.class).rate(200);

    await()
        .untilAsserted(
            () -> assertThat(data("history").get("series").get("handled").size()).isPositive());
    JsonNode status = data("overview");
    assertThat(status.get("application").asString()).isEqualTo("billing");
    assertThat(status.get("state").asString()).isEqualTo("running");
    assertThat(status.get("partitions").get("here").asInt()).isEqualTo(16);
    assertThat(status.get("writable").asBoolean()).isFalse();
    long next = data("history").get("next").asLong();
    assertThat(data("history?since=" + next).get("series").get("time").size())
        .isLessThanOrEqualTo(2);
    await().untilAsserted(() -> assertThat(data("commits").get("commits").size()).isPositive());
    assertThat(data("partitions").get("owners").get(0).get("partitions").asInt()).isEqualTo(16);
  }

  @Test
  void tellsWhoSendsToWhom() throws Exception {
    start("--statefun.console.enabled=true");
    Objects.requireNonNull(billing)
        .send("billing/user", "ann", new BillingDesk.PlanChanged("SOLO", 900, "eur"));

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(edges())
                    .contains(
                        "outside:outside > function:billing/user 1",
                        "function:billing/user > function:billing/payment 1",
                        "function:billing/payment > function:risk/score 1",
                        "function:risk/score > function:billing/payment 1",
                        "function:billing/payment > egress:billing/bank-orders 1",
                        "function:billing/invoice > egress:billing/mails 1"));
    assertThat(data("endpoints").get("endpoints").get(0).get("outcomes").get("success").asInt())
        .isPositive();
    assertThat(data("functions").get("functions").get(0).get("name").asString())
        .isEqualTo("billing/invoice");
  }

  private List<String> edges() throws Exception {
    return data("graph")
        .get("edges")
        .valueStream()
        .map(
            edge ->
                edge.get("from").asString()
                    + " > "
                    + edge.get("to").asString()
                    + " "
                    + edge.get("messages").asLong())
        .toList();
  }

  @Test
  void tellsWhatAnInstanceHas() throws Exception {
    billing = new BillingDesk(folder, Traced.class, "--statefun.console.enabled=true");
    billing.send("billing/user", "ann/1", new BillingDesk.PlanChanged("SOLO", 900, "eur"));

    JsonNode ann = data("instance?function=billing/user&id=ann%2F1");

    assertThat(ann.get("states").get("profile").get("plan").asString()).isEqualTo("SOLO");
    assertThat(ann.get("reminders").get(0).get("name").asString()).isEqualTo("next-bill");
    assertThat(ann.get("invocations").get(0).get("trace").asString()).isEqualTo("4bf9");
    assertThat(get("/statefun/data/instance?function=nothing&id=x").statusCode()).isEqualTo(400);
    assertThat(data("instance?function=no/such&id=x").get("known").asBoolean()).isFalse();
  }

  @Test
  void theNumberOfDeadLettersIsOnTheOverview() throws Exception {
    start("--statefun.console.enabled=true").makeDeadLetters();

    await()
        .untilAsserted(
            () -> assertThat(data("overview").get("deadLettersWaiting").asInt()).isEqualTo(5));
  }

  @Test
  void deadLettersAreFoundByFunctionAndText() throws Exception {
    start("--statefun.console.enabled=true").makeDeadLetters();

    assertThat(data("dead-letters").get("total").asInt()).isEqualTo(5);
    assertThat(data("dead-letters?function=billing/invoice").get("deadLetters").size())
        .isEqualTo(1);
    JsonNode found = data("dead-letters?text=U-8210").get("deadLetters");
    assertThat(found.size()).isEqualTo(1);
    assertThat(found.get(0).get("cause").asString()).contains("no plan is known");
    String id = found.get(0).get("id").asString();
    assertThat(data("dead-letters/" + id).get("message").asString()).contains("\"period\"");
    assertThat(get("/statefun/data/dead-letters/0-999999").statusCode()).isEqualTo(404);
  }

  @Test
  void nothingIsChangedUnlessThatIsSwitchedOn() throws Exception {
    start("--statefun.console.enabled=true").makeDeadLetters();
    String id = data("dead-letters").get("deadLetters").get(0).get("id").asString();

    assertThat(post("/statefun/data/dead-letters/discard", ids(id), FROM_PAGE).statusCode())
        .isBetween(404, 405);
    assertThat(post("/statefun/data/savepoints", "{}", FROM_PAGE).statusCode()).isBetween(404, 405);
    assertThat(data("dead-letters").get("total").asInt()).isEqualTo(5);
  }

  @Test
  void whatThePagesOfOthersCanSendChangesNothing() throws Exception {
    start("--statefun.console.enabled=true", "--statefun.console.writable=true").makeDeadLetters();
    String id = data("dead-letters").get("deadLetters").get(0).get("id").asString();
    String discard = "/statefun/data/dead-letters/discard";

    assertThat(post(discard, ids(id), "Content-Type", "text/plain").statusCode()).isEqualTo(403);
    assertThat(post(discard, ids(id), "Content-Type", "application/json").statusCode())
        .isEqualTo(403);
    assertThat(data("dead-letters").get("total").asInt()).isEqualTo(5);
    assertThat(post(discard, ids(id), FROM_PAGE).body()).contains("\"done\":1");
    assertThat(data("dead-letters").get("total").asInt()).isEqualTo(4);
    assertThat(post(discard, ids(id), FROM_PAGE).body()).contains("no such dead letter");
    assertThat(post(discard, "{}", FROM_PAGE).statusCode()).isEqualTo(400);
    assertThat(post(discard, "nonsense", FROM_PAGE).statusCode()).isEqualTo(400);
  }

  @Test
  void aDeadLetterGoesToAnotherInstanceAsAnotherMessage() throws Exception {
    start("--statefun.console.enabled=true", "--statefun.console.writable=true");
    BillingDesk running = Objects.requireNonNull(billing);
    running.send("billing/user", "bob", new BillingDesk.BillingDue(3));
    String id = data("dead-letters").get("deadLetters").get(0).get("id").asString();

    HttpResponse<String> answer =
        post(
            "/statefun/data/dead-letters/replay",
            "{\"ids\": [\""
                + id
                + "\"], \"target\": \"billing/user/robert\", \"type\": \"billing/plan-changed\","
                + " \"message\": \"{\\\"plan\\\": \\\"TEAM\\\", \\\"cents\\\": 5, \\\"currency\\\":"
                + " \\\"eur\\\"}\"}",
            FROM_PAGE);

    assertThat(answer.body()).contains("\"done\":1");
    await()
        .untilAsserted(
            () ->
                assertThat(
                        data("instance?function=billing/user&id=robert")
                            .get("states")
                            .path("profile")
                            .path("plan")
                            .asString(""))
                    .isEqualTo("TEAM"));
    assertThat(running.bean(StateFunEngine.class).deadLetters().list(5).join().letters()).isEmpty();
  }

  @ParameterizedTest
  @ExtendWith(OutputCaptureExtension.class)
  @CsvSource({
    "/statefun, /statefun",
    "/desk, /**",
    "/desk, /desk/",
    "/desk, /desk/data/{name}",
    "/desk, /{name}"
  })
  void functionsThatAreServedAtItsPathsAreAMistake(
      String console, String served, CapturedOutput output) {
    assertThatThrownBy(
            () ->
                start(
                    "--statefun.console.enabled=true",
                    "--statefun.console.path=" + console,
                    "--statefun.endpoint.enabled=true",
                    "--statefun.endpoint.path=" + served))
        .rootCause()
        .isInstanceOf(StateFunConfigurationException.class)
        .hasMessageContaining("'" + console + "'")
        .hasMessageContaining("'" + served + "'");
    assertThat(output)
        .contains("APPLICATION FAILED TO START", "Set statefun.console.path to another path");
  }

  @Test
  void aPathThatIsNoneIsRefused() {
    assertThatThrownBy(
            () -> start("--statefun.console.enabled=true", "--statefun.console.path=/a/{b}"))
        .rootCause()
        .hasMessageContaining("statefun.console.path must begin with '/'");
  }

  private static String ids(String id) {
    return "{\"ids\": [\"" + id + "\"]}";
  }
}
