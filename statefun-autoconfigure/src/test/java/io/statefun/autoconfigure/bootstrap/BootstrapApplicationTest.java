/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.autoconfigure.bootstrap.AccountApplication.Content;
import io.statefun.autoconfigure.bootstrap.AccountApplication.Profile;
import io.statefun.autoconfigure.bootstrap.AccountApplication.Read;
import io.statefun.engine.EngineStartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The first state as an application has it, with what is registered in {@code META-INF} alone. */
@ExtendWith(OutputCaptureExtension.class)
class BootstrapApplicationTest {

  private static final String PREFIX = "--statefun.bootstrap.accounts.";

  @TempDir Path folder;
  private final JdbcDataSource database = new JdbcDataSource();

  BootstrapApplicationTest() {
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
  }

  private ConfigurableApplicationContext start(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.application.name=bank",
                "--statefun.partitions=4",
                "--statefun.workers=2",
                "--logging.level.io.statefun=info",
                "--spring.main.web-application-type=none",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")));
    all.addAll(List.of(arguments));
    return new SpringApplicationBuilder(AccountApplication.class)
        .initializers(
            context ->
                ((GenericApplicationContext) context)
                    .registerBean("accounts", DataSource.class, () -> database))
        .run(all.toArray(String[]::new));
  }

  private static Content read(ConfigurableApplicationContext application, String id) {
    return application
        .getBean(StateFunTemplate.class)
        .request("bank/account", id, new Read(), Content.class)
        .join();
  }

  private void fill() throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              "create table users (id bigint primary key, balance int, first_name varchar, city"
                  + " varchar, tags varchar)");
      unused =
          statement.execute(
              "insert into users values (1, 10, 'Ann', 'Ulm', '[\"new\", \"rich\"]'),"
                  + " (2, null, 'Bob', null, null), (3, -7, 'Eve', 'Bonn', '[]')");
    }
  }

  private String[] query(String query) {
    return new String[] {
      PREFIX + "function=bank/account",
      PREFIX + "query=" + query,
      PREFIX + "states.balance=balance",
      PREFIX + "states.profile=first_name, city",
      PREFIX + "states.tags=tags"
    };
  }

  @Test
  void aQueryBecomesInstancesOnce(CapturedOutput output) throws Exception {
    fill();
    try (var application = start(query("select * from users"))) {
      assertThat(read(application, "1"))
          .isEqualTo(new Content(10L, new Profile("Ann", "Ulm"), List.of("new", "rich")));
      assertThat(read(application, "2"))
          .isEqualTo(new Content(null, new Profile("Bob", null), List.of()));
      assertThat(read(application, "3"))
          .isEqualTo(new Content(-7L, new Profile("Eve", "Bonn"), List.of()));
      assertThat(read(application, "4")).isEqualTo(new Content(null, null, List.of()));
      for (MeterRegistry registry : application.getBeansOfType(MeterRegistry.class).values()) {
        assertThat(registry.get("statefun.bootstrap.rows").gauge().value()).isEqualTo(3);
      }
    }
    assertThat(output).contains("Bootstrap: begins with [accounts]", "Bootstrap: 3 rows");
    try (var application = start(query("select * from nowhere"))) {
      assertThat(read(application, "1").balance()).isEqualTo(10);
    }
    assertThat(output).contains("holds state already, and is not bootstrapped");
  }

  @Test
  void jsonLinesAndCsvBecomeInstancesTogether() throws Exception {
    Path json =
        Files.writeString(
            folder.resolve("profiles.json"),
            """
            {"key": "a", "profile": {"firstName": "Ann", "city": "Ulm"}, "tags": ["x", "y"]}
            {"key": "b", "profile": {"firstName": "Bob"}}
            """);
    Path csv = Files.writeString(folder.resolve("balances.csv"), "id,cents\na,17\nc,4\n");
    try (var application =
        start(
            PREFIX + "function=bank/account",
            PREFIX + "json=file:" + json,
            PREFIX + "id=key",
            PREFIX + "states.profile=profile",
            PREFIX + "states.tags=tags",
            "--statefun.bootstrap.balances.function=bank/account",
            "--statefun.bootstrap.balances.csv=file:" + csv,
            "--statefun.bootstrap.balances.states.balance=cents")) {
      assertThat(read(application, "a"))
          .isEqualTo(new Content(17L, new Profile("Ann", "Ulm"), List.of("x", "y")));
      assertThat(read(application, "b"))
          .isEqualTo(new Content(null, new Profile("Bob", null), List.of()));
      assertThat(read(application, "c")).isEqualTo(new Content(4L, null, List.of()));
    }
  }

  @Test
  void aWholeRowIsAStateAndAJsonObjectToo() throws Exception {
    fill();
    try (var application =
        start(
            PREFIX + "function=bank/account",
            PREFIX + "query=select * from users",
            PREFIX + "data-source=accounts",
            PREFIX + "states.profile=*")) {
      assertThat(read(application, "1").profile()).isEqualTo(new Profile("Ann", "Ulm"));
    }
  }

  @Test
  void whatFailedIsTriedAgainWhenItIsCorrected() throws Exception {
    fill();
    assertMistake(
        "Row 1 of input 'accounts', with the id '1', cannot be an instance: state 'balance': 'Ann'"
            + " is no Long",
        PREFIX + "function=bank/account",
        PREFIX + "query=select * from users",
        PREFIX + "states.balance=first_name");
    try (var application = start(query("select * from users"))) {
      assertThat(read(application, "1").balance()).isEqualTo(10);
    }
  }

  @Test
  void mistakesAreExplained() throws Exception {
    fill();
    assertMistake("cannot be carried out", query("select * from nowhere"));
    assertMistake("no column 'tags'", query("select id, balance, first_name, city from users"));
    assertMistake(
        "more than one row with the id '1'",
        query("select * from users union all select * from users where id = 1"));
    assertMistake(
        "the state 'cash', which function 'bank/account' does not declare",
        PREFIX + "function=bank/account",
        PREFIX + "query=select * from users",
        PREFIX + "states.cash=balance");
    assertMistake(
        "the function 'bank/acount', which the application does not have",
        PREFIX + "function=bank/acount",
        PREFIX + "query=select * from users",
        PREFIX + "states.balance=balance");
    Path csv = Files.writeString(folder.resolve("twice.csv"), "id,balance\na,17\nb,1\na,4\n");
    assertMistake(
        "more than one row for the instance bank/account/a",
        PREFIX + "function=bank/account",
        PREFIX + "csv=file:" + csv,
        PREFIX + "states.balance=balance");
  }

  private void assertMistake(String text, String... arguments) {
    assertThatThrownBy(() -> start(arguments))
        .hasStackTraceContaining(EngineStartException.class.getName())
        .hasStackTraceContaining(text);
  }

  @Test
  void propertiesAreChecked() {
    assertThatThrownBy(() -> start(PREFIX + "function=account", PREFIX + "data-source=x"))
        .hasStackTraceContaining("must name a function, namespace/name")
        .hasStackTraceContaining("must be set, or json, or csv")
        .hasStackTraceContaining("is of use with a query alone")
        .hasStackTraceContaining("must name a state");
    assertThatThrownBy(
            () ->
                start(
                    PREFIX + "function=bank/account",
                    PREFIX + "query=select 1",
                    PREFIX + "data-source=other",
                    PREFIX + "states.balance=x"))
        .hasStackTraceContaining(
            EngineStartException.class.getName() + ": The application has no data source 'other'");
  }
}
