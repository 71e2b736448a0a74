/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.autoconfigure.bootstrap.AccountApplication.Digest;
import io.statefun.chaos.JavaProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Processes that die while the first state comes out of a PostgreSQL. */
class BootstrapCrashTest {

  private static final int ROWS = 200_000;
  private static final int AT_ONCE = 5_000;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void countsAndChecksumsAgreeWithTheDatabaseWhoeverDies() throws Exception {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder().setServerConfig("fsync", "off").start()) {
      List<String> arguments = arguments(postgres.getJdbcUrl("postgres", "postgres"));
      long[] expected = fill(postgres);
      try (JavaProcess process =
          new JavaProcess(folder.resolve("process"), AccountApplication.class, arguments)) {
        for (int runs = 1; runs <= 2; runs++) {
          int wanted = runs;
          process.start();
          await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(5))
              .until(() -> !process.isAlive() || objects("runs") >= wanted);
          assertThat(process.isAlive()).as("it is killed in mid-work").isTrue();
          process.kill();
          process.wipeDisk();
        }
        process.start();
        await().atMost(PATIENCE).until(() -> objects("epochs") > 0);
        process.stop();
        assertThat(Files.readString(process.log()))
            .contains("Bootstrap: goes on behind ")
            .contains("Bootstrap: " + ROWS + " rows");
      }
      assertThat(digests(arguments)).isEqualTo(expected);
    }
  }

  private List<String> arguments(String url) {
    String prefix = "--statefun.bootstrap.accounts.";
    return List.of(
        "--spring.application.name=bank",
        "--statefun.partitions=8",
        "--statefun.workers=2",
        "--spring.main.web-application-type=none",
        "--spring.main.keep-alive=true",
        "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"),
        "--test.database=" + url,
        prefix + "function=bank/account",
        prefix + "query=select id, balance, name as first_name from accounts where id > 0",
        prefix + "page-rows=30000",
        prefix + "states.balance=balance",
        prefix + "states.profile=*");
  }

  /** Makes the table, and has the database say what there is in it. */
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
                md5(id || ':' || balance || ':' || name), 1, 8))::bit(32)::bigint)
              from accounts
              """)) {
        boolean first = result.next();
        assertThat(first).isTrue();
        return new long[] {result.getLong(1), result.getLong(2)};
      }
    }
  }

  /** How many objects of the snapshot store are below a folder of that name. */
  private long objects(String name) throws IOException {
    Path objects = folder.resolve("snapshots/objects");
    if (!Files.isDirectory(objects)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(objects)) {
      return files.filter(Files::isRegularFile).filter(file -> isBelow(file, name)).count();
    } catch (java.io.UncheckedIOException e) {
      return 0;
    }
  }

  private static boolean isBelow(Path file, String name) {
    Path parent = file.getParent();
    return parent != null && parent.getFileName().toString().startsWith(name);
  }

  /** How many instances have a state, and the sum of what tells their states. */
  private long[] digests(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--statefun.data-directory=" + folder.resolve("check"));
    long[] sums = new long[2];
    try (var application =
        new SpringApplicationBuilder(AccountApplication.class).run(all.toArray(String[]::new))) {
      StateFunTemplate template = application.getBean(StateFunTemplate.class);
      for (int from = 1; from <= ROWS; from += AT_ONCE) {
        List<CompletableFuture<Long>> replies = new ArrayList<>();
        for (int id = from; id < from + AT_ONCE; id++) {
          replies.add(template.request("bank/account", "" + id, new Digest(), Long.class));
        }
        for (CompletableFuture<Long> reply : replies) {
          sums[0]++;
          sums[1] += reply.join();
        }
      }
    }
    return sums;
  }
}
