/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import io.statefun.engine.Bootstrap;
import io.statefun.engine.EngineStartException;
import io.statefun.engine.SavepointContent;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ApplicationArguments;

/**
 * The command {@code savepoint}, as the application's jar has it: {@code java -jar application.jar
 * savepoint list}.
 */
final class SavepointCommand {

  /** The first argument. */
  static final String NAME = "savepoint";

  /** Of directories with copies. */
  private static final String COPIES = "savepoints";

  private static final String USAGE =
      """
      Usage: java -jar <application>.jar savepoint <command>

        list [--from=DIRECTORY]
            the savepoints in the application's snapshot store, or in a directory with copies
        inspect NUMBER|latest [--from=DIRECTORY]
            what one holds: functions, instances, messages, timers
        inspect NUMBER|latest --function=FUNCTION [--limit=N] [--from=DIRECTORY]
            the first N instances of a function, 20 unless given and at most 1000
        inspect NUMBER|latest --instance=FUNCTION/ID [--limit=N] [--from=DIRECTORY]
            one instance: its states, and the first N messages, timers and entries of lists and maps
        copy NUMBER|latest --to=DIRECTORY
            copies one into a directory
        delete NUMBER [--from=DIRECTORY]
            deletes one
        bootstrap
            has the application, which must hold nothing and not run, begin with what
            statefun.bootstrap names when it is started next
        restore NUMBER|latest [--from=DIRECTORY] [--partitions=N] [--ingresses=continue|begin]
            has the application, which must hold nothing and not run, go on from one when it is
            started next; with another number of partitions, set statefun.partitions to it afterwards.
            Ingresses continue where they were, or begin where they are configured to, as they must if
            the topics are others.

      All settings of the application hold, and can be overridden as ever, as with
      --statefun.application-name=other.
      """;

  private final SnapshotStore application;
  private final Supplier<StateFunEngine> engine;
  private final Supplier<@Nullable Bootstrap> bootstrap;
  private final PrintStream out;

  /**
   * @param application the application's store
   * @param engine the application's engine, which is not started
   * @param bootstrap what the application begins with, if anything
   */
  SavepointCommand(
      SnapshotStore application,
      Supplier<StateFunEngine> engine,
      Supplier<@Nullable Bootstrap> bootstrap,
      PrintStream out) {
    this.application = application;
    this.engine = engine;
    this.bootstrap = bootstrap;
    this.out = out;
  }

  /**
   * Does what is asked for.
   *
   * @return the exit code: 0 if it is done, 1 if it failed, 2 if it was not understood
   */
  int run(ApplicationArguments arguments) {
    List<String> words = arguments.getNonOptionArgs();
    try {
      return run(words.subList(1, words.size()), arguments);
    } catch (UsageException e) {
      out.println(e.getMessage());
      out.println();
      out.print(USAGE);
      return 2;
    } catch (EngineStartException e) {
      out.println(e.getMessage() + " " + e.action());
      return 1;
    } catch (IOException | RuntimeException e) {
      out.println("It failed: " + e.getMessage());
      return 1;
    }
  }

  private int run(List<String> words, ApplicationArguments arguments) throws IOException {
    String command = words.isEmpty() ? "" : words.get(0);
    String number = words.size() < 2 ? null : words.get(1);
    try (Source source = source(arguments)) {
      switch (command) {
        case "list" -> list(source.savepoints());
        case "inspect" -> {
          return inspect(source.savepoints(), source.find(number), arguments);
        }
        case "copy" -> copy(source.savepoints(), source.find(number), option(arguments, "to"));
        case "delete" -> delete(source.savepoints(), source.find(number));
        case "bootstrap" -> bootstrap();
        case "restore" -> restore(source, source.find(number), option(arguments, "ingresses"));
        default ->
            throw new UsageException(
                command.isEmpty() ? "Which command?" : "There is no command '" + command + "'.");
      }
    }
    return 0;
  }

  private int inspect(
      SavepointStore savepoints, Savepoint savepoint, ApplicationArguments arguments)
      throws IOException {
    String function = option(arguments, "function");
    String instance = option(arguments, "instance");
    if (function == null && instance == null) {
      inspect(savepoints, savepoint);
      return 0;
    }
    if (function != null && instance != null) {
      throw new UsageException("Give --function or --instance, not both.");
    }
    int limit = InstanceReport.limit(option(arguments, "limit"));
    InstanceReport report =
        new InstanceReport(engine.get().inspect(savepoints, savepoint), savepoint, limit, out);
    return instance == null
        ? report.list(InstanceReport.function(String.valueOf(function)))
        : report.show(InstanceReport.address(instance));
  }

  private static @Nullable String option(ApplicationArguments arguments, String name) {
    List<String> values = arguments.getOptionValues(name);
    return values == null || values.isEmpty() ? null : values.get(0);
  }

  private Source source(ApplicationArguments arguments) throws IOException {
    String from = option(arguments, "from");
    if (from == null) {
      return new Source(application, false);
    }
    Path directory = Path.of(from);
    if (!Files.isDirectory(directory)) {
      throw new UsageException("There is no directory " + directory + ".");
    }
    return new Source(FileSnapshotStore.openWithoutLock(directory, COPIES), true);
  }

  private void list(SavepointStore savepoints) throws IOException {
    out.printf(
        "%-8s %-25s %10s %15s  %-20s %s%n",
        "number", "created", "partitions", "bytes", "application", "request");
    for (Savepoint savepoint : savepoints.list()) {
      out.printf(
          "%-8d %-25s %10d %15d  %-20s %s%n",
          savepoint.number(),
          savepoint.created(),
          savepoint.partitions(),
          savepoint.bytes(),
          savepoint.application(),
          savepoint.request());
    }
  }

  private void inspect(SavepointStore savepoints, Savepoint savepoint) throws IOException {
    SavepointContent content = SavepointContent.read(savepoints, savepoint);
    out.printf(
        "Savepoint %d of application %s, %s, %d partitions%n",
        savepoint.number(), savepoint.application(), savepoint.created(), savepoint.partitions());
    out.printf(
        "%n%-40s %12s %12s %15s %10s %10s%n",
        "function", "instances", "entries", "bytes", "messages", "operations");
    content.functions().entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparing(TypeName::toString)))
        .forEach(
            entry -> {
              SavepointContent.FunctionContent function = entry.getValue();
              out.printf(
                  "%-40s %12d %12d %15d %10d %10d%n",
                  entry.getKey(),
                  function.instances(),
                  function.collectionEntries(),
                  function.bytes(),
                  function.pendingMessages(),
                  function.operations());
            });
    out.printf(
        "%ntimers %d%s, undelivered records %d, dead letters %d, positions of ingresses %d%n",
        content.timers(),
        content.nextTimer() == null ? "" : " (the first at " + content.nextTimer() + ")",
        content.undeliveredRecords(),
        content.deadLetters(),
        content.positions());
  }

  private void copy(SavepointStore savepoints, Savepoint savepoint, @Nullable String to)
      throws IOException {
    if (to == null) {
      throw new UsageException("Where to? Give --to=DIRECTORY.");
    }
    try (FileSnapshotStore target = FileSnapshotStore.open(Path.of(to), COPIES)) {
      savepoints.copy(savepoint, target);
    }
    out.printf("Savepoint %d is copied to %s%n", savepoint.number(), to);
  }

  private void delete(SavepointStore savepoints, Savepoint savepoint) throws IOException {
    boolean deleted = savepoints.delete(savepoint.number());
    out.printf(
        "Savepoint %d %s%n", savepoint.number(), deleted ? "is deleted" : "was not there any more");
  }

  private void bootstrap() throws IOException {
    Bootstrap made = bootstrap.get();
    if (made == null) {
      throw new UsageException("There is nothing to begin with: statefun.bootstrap names nothing.");
    }
    Savepoint savepoint = engine.get().restoreFirst(made);
    out.println(
        savepoint == null
            ? "The application holds state already, or is to begin with nothing"
            : "The application begins with savepoint "
                + savepoint.number()
                + " when it is started");
  }

  private void restore(Source source, Savepoint savepoint, @Nullable String ingresses) {
    boolean keep = ingresses == null || ingresses.equals("continue");
    if (!keep && !"begin".equals(ingresses)) {
      throw new UsageException("--ingresses is 'continue' or 'begin', not '" + ingresses + "'.");
    }
    engine.get().restore(source.store(), savepoint, keep);
    out.printf(
        "The application goes on from savepoint %d of %s when it is started%n",
        savepoint.number(), savepoint.created());
  }

  /** Where the savepoints are. */
  private record Source(SnapshotStore store, boolean own) implements AutoCloseable {

    SavepointStore savepoints() {
      return new SavepointStore(store);
    }

    Savepoint find(@Nullable String number) throws IOException {
      if (number == null) {
        throw new UsageException("Which savepoint? Give its number, or 'latest'.");
      }
      List<Savepoint> all = savepoints().list();
      if (number.equals("latest") && !all.isEmpty()) {
        return all.get(all.size() - 1);
      }
      return all.stream()
          .filter(savepoint -> String.valueOf(savepoint.number()).equals(number))
          .findFirst()
          .orElseThrow(() -> new UsageException("There is no savepoint '" + number + "'."));
    }

    @Override
    public void close() throws IOException {
      if (own) {
        store.close();
      }
    }
  }
}
