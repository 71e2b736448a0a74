/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.QueryHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

/** An application whose states are asked for over a connection. */
class StateQueryApiTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private @Nullable ConfigurableApplicationContext context;

  /** Pays something in. */
  record Deposit(long amount, String currency) {}

  /** Asks for what there is. */
  record GetBalance() {}

  /** What there is. */
  record Balance(long amount, String currency) {}

  /** An account. */
  @StatefulFunction("bank/account")
  static class Account {

    @MessageHandler
    void on(
        Deposit deposit,
        @State("balance") ValueState<Balance> balance,
        @State("deposits") ListState<Long> deposits,
        Context context) {
      Balance before = balance.getOrDefault(new Balance(0, deposit.currency()));
      Balance after = new Balance(before.amount() + deposit.amount(), deposit.currency());
      balance.set(after);
      deposits.add(deposit.amount());
      context.reply(after);
    }

    @QueryHandler
    Balance on(GetBalance query, @State("balance") ValueState<Balance> balance) {
      return balance.getOrDefault(new Balance(0, "none"));
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
  }

  @BeforeEach
  void start() throws Exception {
    context =
        new SpringApplicationBuilder(Bank.class)
            .run(
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--spring.application.name=bank",
                "--server.port=0",
                "--logging.level.root=warn",
                "--statefun.partitions=4",
                "--statefun.queries.threads=2",
                "--statefun.api.call=bank/*",
                "--statefun.api.read=bank/account",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"));
    deposit("ann", 5, "EUR");
    deposit("ann", 7, "EUR");
    deposit("bob", 500, "EUR");
    deposit("cid", 1_000, "CHF");
  }

  @AfterEach
  void close() {
    if (context != null) {
      context.close();
    }
  }

  private URI uri(String path) {
    ServletWebServerApplicationContext running =
        (ServletWebServerApplicationContext) Objects.requireNonNull(context);
    int port = Objects.requireNonNull(running.getWebServer()).getPort();
    return URI.create("http://127.0.0.1:" + port + "/statefun/api/functions/" + path);
  }

  private HttpResponse<String> call(String id, String type, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri("bank/account/" + id + "/call?type=" + type))
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private void deposit(String id, long amount, String currency) throws Exception {
    String body = "{\"amount\": %d, \"currency\": \"%s\"}".formatted(amount, currency);
    assertThat(call(id, "Deposit", body).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> get(String path, String... parameters) throws Exception {
    List<String> encoded = new ArrayList<>();
    for (String parameter : parameters) {
      int equals = parameter.indexOf('=');
      encoded.add(
          parameter.substring(0, equals + 1)
              + URLEncoder.encode(parameter.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return client.send(
        HttpRequest.newBuilder(uri(path + "?" + String.join("&", encoded))).build(),
        BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static List<String> ids(JsonNode page) {
    List<String> ids = new ArrayList<>();
    page.get("instances").forEach(instance -> ids.add(instance.get("id").asString()));
    return ids;
  }

  private static void expectProblem(HttpResponse<String> response, int status, String detail) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(JSON.readTree(response.body()).get("detail").asString()).contains(detail);
  }

  @Test
  void instancesAreShownWithTheirStates() throws Exception {
    JsonNode page = json(get("bank/account", "prefix=ann"));

    assertThat(page)
        .isEqualTo(
            JSON.readTree(
                """
                {"function": "bank/account",
                 "instances": [
                   {"id": "ann",
                    "states": {"balance": {"amount": 12, "currency": "EUR"}, "deposits": [5, 7]}}],
                 "next": null}
                """));
  }

  @Test
  void onlyStatesThatAreNamedAreShown() throws Exception {
    JsonNode page = json(get("bank/account", "prefix=ann", "state=deposits"));

    assertThat(page.get("instances").get(0).get("states"))
        .isEqualTo(JSON.readTree("{\"deposits\": [5, 7]}"));
  }

  @Test
  void allConditionsMustHold() throws Exception {
    assertThat(ids(json(get("bank/account", "where=balance.amount>100"))))
        .containsExactlyInAnyOrder("bob", "cid");
    assertThat(
            ids(
                json(
                    get(
                        "bank/account",
                        "where=balance.amount > 100",
                        "where=balance.currency = EUR"))))
        .containsExactly("bob");
  }

  @Test
  void oneGoesFromPageToPage() throws Exception {
    List<String> all = new ArrayList<>();
    JsonNode page = json(get("bank/account", "limit=1"));
    all.addAll(ids(page));
    while (!page.get("next").isNull()) {
      page = json(get("bank/account", "limit=1", "after=" + page.get("next").asString()));
      all.addAll(ids(page));
    }

    assertThat(all).containsExactlyInAnyOrder("ann", "bob", "cid");
  }

  @Test
  void aQueryThatCannotBeUnderstoodIsAProblemThatSaysWhere() throws Exception {
    expectProblem(
        get("bank/account", "where=balance.amount ~ 1"), 400, "at character 16, '~', there should");
    expectProblem(get("bank/account", "where=blance.amount = 1"), 400, "no state 'blance'");
    expectProblem(get("bank/account", "state=blance"), 400, "no state 'blance'");
    expectProblem(get("bank/account", "limit=many"), 400, "The limit is no number: many");
    expectProblem(get("bank/account", "limit=100000"), 400, "The limit must be 1 to 1000");
    expectProblem(get("bank/account", "after=x"), 400, "was not made for this function");
    expectProblem(get("bank/account", "filter=x"), 400, "There is no parameter 'filter'");
  }

  @Test
  void functionsThatAreNotToBeReadAreNotThere() throws Exception {
    expectProblem(get("bank/other"), 404, "There is no such function here");
    expectProblem(get("bank/%20"), 404, "There is no such function here");
  }

  @Test
  void aQueryHandlerIsCalledAsAllOthers() throws Exception {
    assertThat(json(call("ann", "GetBalance", "{}")))
        .isEqualTo(JSON.readTree("{\"amount\": 12, \"currency\": \"EUR\"}"));
  }

  @Test
  void theApplicationAsksThroughTheTemplate() {
    StateFunTemplate template = Objects.requireNonNull(context).getBean(StateFunTemplate.class);

    assertThat(template.query("bank/account", "ann", new GetBalance(), Balance.class).join())
        .isEqualTo(new Balance(12, "EUR"));
  }
}
