/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An application that is asked by SQL over a connection. */
class SqlApiTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private @Nullable ConfigurableApplicationContext context;

  /** Pays something in. */
  record Deposit(long amount) {}

  /** What there is. */
  record Balance(long amount, String currency) {}

  /** An account. */
  @StatefulFunction("bank/account")
  static class Account {

    @MessageHandler
    void on(Deposit deposit, @State("balance") ValueState<Balance> balance, Context context) {
      balance.set(new Balance(deposit.amount(), "EUR"));
      context.reply(true);
    }
  }

  /** One that may not be looked at. */
  @StatefulFunction("bank/secret")
  static class Secret {

    @MessageHandler
    void on(Deposit deposit, @State("amount") ValueState<Long> amount) {
      amount.set(deposit.amount());
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
    Secret secret() {
      return new Secret();
    }
  }

  private ConfigurableApplicationContext start(String... properties) {
    ConfigurableApplicationContext started =
        new SpringApplicationBuilder(Bank.class)
            .properties(properties)
            .run(
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--spring.application.name=bank",
                "--server.port=0",
                "--logging.level.root=warn",
                "--statefun.partitions=4",
                "--statefun.api.read=bank/account",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"));
    context = started;
    StateFunTemplate template = started.getBean(StateFunTemplate.class);
    for (String id : new String[] {"ann", "bob", "cid"}) {
      template.request("bank/account", id, new Deposit(id.charAt(0)), Boolean.class).join();
    }
    return started;
  }

  private ConfigurableApplicationContext startWithSql(String... properties) {
    String[] all = java.util.Arrays.copyOf(properties, properties.length + 2);
    all[properties.length] = "statefun.sql.enabled=true";
    all[properties.length + 1] = "statefun.api.sql=true";
    return start(all);
  }

  @AfterEach
  void close() {
    if (context != null) {
      context.close();
    }
  }

  private HttpResponse<String> post(String body) throws Exception {
    ServletWebServerApplicationContext running =
        (ServletWebServerApplicationContext) Objects.requireNonNull(context);
    int port = Objects.requireNonNull(running.getWebServer()).getPort();
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/statefun/api/sql"))
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static String body(String sql, Object... parameters) {
    return JSON.writeValueAsString(java.util.Map.of("sql", sql, "parameters", parameters));
  }

  @Test
  void aStatementIsAnsweredWithColumnsAndRows() throws Exception {
    startWithSql();

    HttpResponse<String> response =
        post(
            body(
                "select id, a.balance.amount, balance from \"bank/account\" a"
                    + " where a.balance.amount > ? and id <> ? order by id",
                97,
                "cid"));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(JSON.readTree(response.body()))
        .isEqualTo(
            JSON.readTree(
                """
                {
                  "columns": [
                    {"name": "id", "type": "VARCHAR"},
                    {"name": "amount", "type": "BIGINT"},
                    {"name": "balance", "type": "ROW(amount BIGINT, currency VARCHAR)"}
                  ],
                  "rows": [["bob", 98, {"amount": 98, "currency": "EUR"}]],
                  "more": false
                }
                """));
  }

  @Test
  void functionsThatMayNotBeReadAreNoTablesOverHttp() throws Exception {
    ConfigurableApplicationContext running = startWithSql();
    String sql = "select count(*) from \"bank/secret\"";

    HttpResponse<String> response = post(body(sql));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("Object 'bank/secret' not found");
    assertThat(running.getBean(StateSql.class).query(sql).join().rows()).hasSize(1);
  }

  @Test
  void moreIsSaidIfThereIsMore() throws Exception {
    startWithSql("statefun.sql.max-rows=2");

    JsonNode answer = JSON.readTree(post(body("select id from \"bank/account\"")).body());

    assertThat(answer.get("rows")).hasSize(2);
    assertThat(answer.get("more").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"sql\": \"select nothing from \\\"bank/account\\\"\"} | Line 1, column 8: Column 'nothing'",
        "{\"sql\": \"delete from \\\"bank/account\\\"\"} | Only queries are taken",
        "{\"sql\": 5} | with a text 'sql'",
        "{\"sql\": \"values 1\", \"x\": 1} | with a text 'sql'",
        "{\"sql\": \"values 1\", \"parameters\": 1} | The parameters are to be a list",
        "{\"sql\": \"values 1\", \"parameters\": [[]]} | and not ARRAY",
        "[] | with a text 'sql'",
        "{ | The body is no JSON",
      })
  void whatCannotBeUnderstoodIsAProblem(String body, String why) throws Exception {
    startWithSql();

    HttpResponse<String> response = post(body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(JSON.readTree(response.body()).get("detail").asString()).contains(why);
  }

  @Test
  void aStatementThatTakesTooLongIsAProblem() throws Exception {
    startWithSql("statefun.sql.timeout=1ms");

    assertThat(post(body("select * from \"bank/account\" order by id")).statusCode())
        .isEqualTo(504);
  }

  @Test
  void thereIsNoneUnlessItIsSwitchedOn() throws Exception {
    ConfigurableApplicationContext running = start();

    assertThat(post(body("values 1")).statusCode()).isEqualTo(404);
    assertThat(running.getBeanProvider(StateSql.class).getIfAvailable()).isNull();
  }

  @Test
  void thereIsNoneOverHttpUnlessThatIsSwitchedOnToo() throws Exception {
    ConfigurableApplicationContext running = start("statefun.sql.enabled=true");

    assertThat(post(body("values 1")).statusCode()).isEqualTo(404);
    assertThat(running.getBean(StateSql.class).query("values 1").join().rows()).hasSize(1);
  }

  @Test
  void overHttpAloneThereIsNone() {
    assertThatThrownBy(() -> start("statefun.api.sql=true"))
        .rootCause()
        .hasMessageContaining("Set statefun.sql.enabled to true");
  }
}
