/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.bank.BankApplication;
import io.statefun.chaos.JavaProcess;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.query.InstanceStates;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.services.KafkaBroker;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Processes that share an application, and are started together to bring its first state. */
class KafkaBootstrapTest {

  private static final int ROWS = 200_000;
  private static final int DEPOSITS = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String BEGINS = "Bootstrap: begins with ";
  private static final String GOES_ON = "Bootstrap: goes on behind ";
  private static final String WAITS = ", for which this one waits";
  private static final String HERE = " are here, ";

  @TempDir Path folder;

  private final List<JavaProcess> processes = new ArrayList<>();
  private KafkaBroker broker;
  private Topics topics;
  private String prefix = "--statefun.bootstrap.accounts.";

  @BeforeEach
  void startBroker() {
    broker = KafkaBroker.start(folder.resolve("kafka"));
    topics = new Topics(broker.bootstrapServers());
    topics.create("deposits", 3);
    topics.create("balances", 2);
  }

  @AfterEach
  void stopAll() {
    processes.forEach(JavaProcess::close);
    topics.close();
    broker.close();
  }

  @Test
  void oneOfTwoProcessesBringsTheRowsTheOtherGoesOnWhenItIsKilledAndThenBothRun() throws Exception {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder().setServerConfig("fsync", "off").start()) {
      long[] expected = fill(postgres);
      List<String> settings = rowsOf(postgres);
      JavaProcess one = process("one", settings);
      JavaProcess other = process("other", settings);
      one.start();
      other.start();
      await().atMost(PATIENCE).until(() -> says(one, BEGINS) || says(other, BEGINS));
      JavaProcess bringing = says(one, BEGINS) ? one : other;
      JavaProcess waiting = says(one, BEGINS) ? other : one;
      // The second is begun when the first is durable, and is not the last.
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> objects("runs") > 1 || !bringing.isAlive());
      assertThat(bringing.isAlive()).as(Files.readString(bringing.log())).isTrue();
      bringing.kill();
      bringing.wipeDisk();
      await().atMost(PATIENCE).until(() -> says(waiting, GOES_ON));
      assertThat(says(waiting, WAITS)).isTrue();
      bringing.start();

      await().atMost(PATIENCE).until(() -> says(one, HERE) && says(other, HERE));
      for (int i = 1; i <= DEPOSITS; i++) {
        topics.sendAsync("deposits", "" + i, "{\"account\":\"%d\",\"amount\":5}".formatted(i));
      }
      await().atMost(PATIENCE).until(() -> balances().size() >= DEPOSITS);

      assertThat(balances()).isEqualTo(balancesAfterDeposits());
      try (ConfigurableApplicationContext third = start(settings)) {
        assertThat(digests(third.getBean(StateFunEngine.class))).isEqualTo(expected);
      }
    }
  }

  private JavaProcess process(String name, List<String> settings) {
    JavaProcess process = new JavaProcess(folder.resolve(name), BankApplication.class, settings);
    processes.add(process);
    return process;
  }

  private List<String> rowsOf(EmbeddedPostgres postgres) {
    List<String> settings = new ArrayList<>(settings());
    settings.add("--test.database=" + postgres.getJdbcUrl("postgres", "postgres"));
    settings.add(
        prefix + "query=select id, balance, name as first_name from accounts where id > 0");
    settings.add(prefix + "page-rows=20000");
    return settings;
  }

  private List<String> settings() {
    return List.of(
        "--spring.application.name=bank",
        "--spring.main.web-application-type=none",
        "--spring.main.keep-alive=true",
        "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
        "--statefun.partitions=8",
        "--statefun.workers=2",
        "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"),
        "--statefun.snapshot.file.lock=false",
        "--statefun.kafka.session-timeout=3s",
        "--statefun.kafka.ingress[0].topics=deposits",
        "--statefun.kafka.ingress[0].target=bank/account",
        "--statefun.kafka.ingress[0].type=" + BankApplication.Deposit.class.getName(),
        "--statefun.kafka.egress[0].name=bank/balances",
        "--statefun.kafka.egress[0].topic=balances",
        prefix + "function=bank/account",
        prefix + "states.balance=balance",
        prefix + "states.profile=*");
  }

  private ConfigurableApplicationContext start(List<String> settings) {
    List<String> all = new ArrayList<>(settings);
    all.add("--statefun.data-directory=" + folder.resolve("third"));
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(BankApplication.class).run(all.toArray(String[]::new));
    StateFunEngine engine = context.getBean(StateFunEngine.class);
    await().atMost(PATIENCE).until(() -> engine.status().state() == EngineStatus.State.RUNNING);
    return context;
  }

  private static boolean says(JavaProcess process, String text) {
    try {
      return Files.exists(process.log()) && Files.readString(process.log()).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes the table, and has the database say what will be in it after the deposits. */
  private static long[] fill(EmbeddedPostgres postgres) throws Exception {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              """
              create table accounts as
                select g as id, (g * 7919::bigint) %% 1000003 as balance,
                       'name-' || g || repeat('x', 300) as name
                from generate_series(1, %d) g;
              alter table accounts add primary key (id);
              """
                  .formatted(ROWS));
      try (ResultSet result =
          statement.executeQuery(
              """
              select count(*), sum(('x' || substr(
                md5(id || ':' || balance + case when id <= %d then 5 else 0 end || ':' || name),
                1, 8))::bit(32)::bigint)
              from accounts
              """
                  .formatted(DEPOSITS))) {
        boolean first = result.next();
        assertThat(first).isTrue();
        return new long[] {result.getLong(1), result.getLong(2)};
      }
    }
  }

  private List<String> balances() {
    return topics.read("balances").stream().map(ConsumerRecord::value).sorted().toList();
  }

  private static List<String> balancesAfterDeposits() {
    List<String> all = new ArrayList<>();
    for (long i = 1; i <= DEPOSITS; i++) {
      all.add("{\"account\":\"%d\",\"amount\":%d}".formatted(i, i * 7919 % 1_000_003 + 5));
    }
    return all.stream().sorted().toList();
  }

  /** How many objects of the snapshot store are below a folder whose name begins so. */
  private long objects(String name) throws IOException {
    Path objects = folder.resolve("snapshots/objects");
    if (!Files.isDirectory(objects)) {
      return 0;
    }
    try (var files = Files.walk(objects)) {
      return files.filter(file -> file.toString().contains("/" + name)).count();
    } catch (java.io.UncheckedIOException e) {
      return 0;
    }
  }

  /** How many instances all processes have together, and the sum of what tells their states. */
  private static long[] digests(StateFunEngine engine) throws Exception {
    Map<String, Long> digests = new HashMap<>();
    long count = 0;
    @Nullable String next = null;
    do {
      StatePage page =
          engine.queries().page(StateQuery.of("bank/account").limit(1_000).after(next)).get();
      for (InstanceStates instance : page.instances()) {
        count++;
        digests.put(instance.address().id(), digest(instance));
      }
      next = page.next();
    } while (next != null);
    assertThat(digests).as("each comes once").hasSize((int) count);
    return new long[] {count, digests.values().stream().mapToLong(Long::longValue).sum()};
  }

  private static long digest(InstanceStates instance) throws Exception {
    BankApplication.Profile profile =
        (BankApplication.Profile) Objects.requireNonNull(instance.states().get("profile"));
    String text =
        instance.address().id()
            + ":"
            + instance.states().get("balance")
            + ":"
            + profile.firstName();
    byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getInt() & 0xffffffffL;
  }
}
