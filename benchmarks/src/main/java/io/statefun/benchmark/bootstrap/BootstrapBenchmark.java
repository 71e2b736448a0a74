/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.bootstrap;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.benchmark.Folders;
import io.statefun.benchmark.Options;
import io.statefun.benchmark.bootstrap.BootstrapApplication.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/**
 * Brings the rows of a PostgreSQL into an application, in a process that is killed and started
 * again meanwhile; then compares each instance with what SQL says.
 */
public final class BootstrapBenchmark {

  /** What a row takes in a run, and how large a run is: to know when to kill. */
  private static final long ROW_BYTES = 66;

  private static final long RUN_BYTES = 24L * 1024 * 1024;
  private static final int AT_ONCE = 4_000;
  private static final long TOLD_EVERY = 1_000_000;

  private final Path folder;
  private final long rows;
  private final int kills;
  private final String source;
  private final String jvm;

  private BootstrapBenchmark(Options options) {
    this.rows = options.number("rows", 10_000_000);
    this.kills = options.integer("kills", 2);
    this.source = options.text("source", "sql");
    this.folder = Path.of(options.text("data", "target/bootstrap")).toAbsolutePath();
    this.jvm = options.text("jvm", "-Xmx512m");
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    boolean good =
        new BootstrapBenchmark(new Options(arguments, "rows", "kills", "source", "data", "jvm"))
            .run();
    System.exit(good ? 0 : 1);
  }

  private boolean run() throws Exception {
    Folders.delete(folder);
    Files.createDirectories(folder);
    try (AccountsTable table = new AccountsTable(folder.resolve("postgres"))) {
      System.out.printf("PostgreSQL is filled with %,d rows%n", rows);
      table.fill(rows);
      AccountsTable.Sums expected = table.sums();
      if (!source.equals("sql")) {
        table.export(file(), source);
      }
      return measure(table, expected);
    } finally {
      Folders.delete(folder);
    }
  }

  private Path file() {
    return folder.resolve("accounts." + source);
  }

  private boolean measure(AccountsTable table, AccountsTable.Sums expected) throws Exception {
    List<String> arguments = arguments(table.url());
    List<String> first = with(arguments, "--statefun.data-directory=" + folder.resolve("disk"));
    double seconds = 0;
    int killed = 0;
    long runs = Math.max(1, rows * ROW_BYTES / RUN_BYTES);
    for (int kill = 1; kill <= kills; kill++) {
      long wanted = Math.max(kill, runs * kill / (kills + 1));
      BootstrapProcess process = new BootstrapProcess(jvm, first);
      while (process.isAlive() && !process.isInPlace() && runsThere() < wanted) {
        Thread.sleep(5);
      }
      killed += process.isAlive() && !process.isInPlace() ? 1 : 0;
      process.kill();
      seconds += process.seconds();
      System.out.printf("Killed after %.1f s, with %d runs%n", process.seconds(), runsThere());
    }
    BootstrapProcess last = new BootstrapProcess(jvm, first);
    while (last.isAlive() && !last.isInPlace()) {
      Thread.sleep(5);
    }
    if (!last.isInPlace()) {
      throw new IllegalStateException("The process has ended");
    }
    last.stop();
    seconds += last.seconds();
    AccountsTable.Sums found =
        sums(with(arguments, "--statefun.data-directory=" + folder.resolve("check")));
    boolean good = found.equals(expected) && killed == kills;
    System.out.printf("SQL says %s, the application %s%n", expected, found);
    System.out.printf(
        Locale.ROOT,
        "{\"rows\": %d, \"source\": \"%s\", \"kills\": %d, \"seconds\": %.1f, \"rows_per_second\":"
            + " %.0f, \"read_rows_per_second\": %.0f, \"merge_seconds\": %.1f,"
            + " \"restore_seconds\": %.1f, \"count\": %d, \"expected_count\": %d,"
            + " \"checksum\": %d, \"expected_checksum\": %d, \"correct\": %b}%n",
        rows,
        source,
        killed,
        seconds,
        rows / seconds,
        last.rowsPerSecond(),
        last.mergeSeconds(),
        last.restoreSeconds(),
        found.count(),
        expected.count(),
        found.digests(),
        expected.digests(),
        good);
    return good;
  }

  private static List<String> with(List<String> arguments, String another) {
    List<String> all = new ArrayList<>(arguments);
    all.add(another);
    return all;
  }

  private List<String> arguments(String url) {
    String prefix = "--statefun.bootstrap.accounts.";
    return List.of(
        "--spring.application.name=bank",
        "--spring.main.web-application-type=none",
        "--spring.main.keep-alive=true",
        "--spring.main.banner-mode=off",
        "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"),
        "--benchmark.database=" + url,
        prefix + "function=" + BootstrapApplication.FUNCTION,
        source.equals("sql")
            ? prefix + "query=" + AccountsTable.QUERY
            : prefix + source + "=file:" + file(),
        prefix + "states.balance=balance",
        prefix + "states.owner=owner");
  }

  private long runsThere() throws IOException {
    Path objects = folder.resolve("snapshots/objects");
    if (!Files.isDirectory(objects)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(objects)) {
      return files
          .filter(file -> folder.relativize(file).toString().contains("/runs"))
          .filter(Files::isRegularFile)
          .count();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  /** Asks each instance, in an application that comes back from the snapshots alone. */
  private AccountsTable.Sums sums(List<String> arguments) {
    long count = 0;
    long digests = 0;
    try (var application =
        new SpringApplicationBuilder(BootstrapApplication.class)
            .web(WebApplicationType.NONE)
            .run(arguments.toArray(String[]::new))) {
      StateFunTemplate template = application.getBean(StateFunTemplate.class);
      ArrayDeque<CompletableFuture<Long>> replies = new ArrayDeque<>();
      // One more than there are must hold nothing.
      for (long id = 1; id <= rows + 1 || !replies.isEmpty(); id++) {
        if (id <= rows + 1) {
          replies.add(
              template.request(
                  BootstrapApplication.FUNCTION, String.valueOf(id), new Digest(), Long.class));
        }
        if (replies.size() == AT_ONCE || id > rows) {
          long digest = replies.remove().join();
          count += digest < 0 ? 0 : 1;
          digests += Math.max(0, digest);
        }
        if (id % TOLD_EVERY == 0) {
          System.out.printf("%,d instances are checked%n", id);
        }
      }
    }
    return new AccountsTable.Sums(count, digests);
  }
}
