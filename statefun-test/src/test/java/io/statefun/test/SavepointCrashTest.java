/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.StateFunEngine;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process that coordinates a savepoint is killed when all parts are there, and no manifest. */
class SavepointCrashTest {

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int COUNTERS = 10;
  private static final int PARTITIONS = 4;

  @TempDir Path folder;

  @Test
  void aSavepointWithoutManifestIsNoneAndTheNextOneRemovesWhatIsLeft() throws Exception {
    try (CrashableApplication application =
        CrashableApplication.of(Counting.class)
            .directory(folder)
            .readyWhenPrinted("counting")
            .start()) {
      application.awaitOutput("all parts are there");
      application.kill();
      assertThat(objects("content/00000000000000000001/parts/")).hasSize(PARTITIONS);
      assertThat(objects("index/"))
          .singleElement()
          .satisfies(name -> assertThat(name).endsWith(".begun"));

      application.restart();
      application.awaitOutput("taken");

      assertThat(application.output())
          .contains("complete before: 0", "sum before: " + COUNTERS)
          .contains("complete: [2]", "sum: " + 2 * COUNTERS);
    }
    assertThat(objects("content/00000000000000000001/")).isEmpty();
    assertThat(objects("content/00000000000000000002/parts/")).hasSize(PARTITIONS);
    assertThat(sumOfRestored()).isEqualTo(2 * COUNTERS);
  }

  private List<String> objects(String of) throws IOException {
    try (FileSnapshotStore store = FileSnapshotStore.open(folder.resolve("store"), "counting")) {
      return store.list(SavepointStore.FOLDER + of);
    }
  }

  private long sumOfRestored() throws Exception {
    try (FileSnapshotStore from = FileSnapshotStore.open(folder.resolve("store"), "counting");
        FileSnapshotStore other = FileSnapshotStore.open(folder.resolve("other"), "counting")) {
      Savepoint newest = new SavepointStore(from).newest().orElseThrow();
      try (StateFunEngine restoring = Counting.engine(other, 3)) {
        restoring.restore(from, newest, true);
      }
      try (StateFunEngine restored = Counting.engine(other, 3)) {
        restored.start();
        return Counting.sum(restored);
      }
    }
  }

  record Add(long amount) {}

  record Read() {}

  record Sum(long sum) {}

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Add add, @State("sum") ValueState<Long> sum) {
      sum.update(0L, before -> before + add.amount());
    }

    @MessageHandler
    void on(Read read, @State("sum") ValueState<Long> sum, Context context) {
      context.reply(new Sum(sum.getOrDefault(0L)));
    }
  }

  /** Counts, and takes a savepoint; in its first life it stops for good before the manifest. */
  static class Counting {

    public static void main(String[] arguments) throws Exception {
      boolean first = !Files.exists(Path.of("store"));
      SnapshotStore store = FileSnapshotStore.open(Path.of("store"), "counting");
      StateFunEngine engine = engine(first ? new HoldingStore(store) : store, PARTITIONS);
      engine.start();
      System.out.println("counting");
      System.out.println("complete before: " + new SavepointStore(store).list().size());
      System.out.println("sum before: " + sum(engine));
      for (int counter = 0; counter < COUNTERS; counter++) {
        engine.send(address(counter), new Add(1)).join();
      }
      Savepoint unused = engine.savepoint(PATIENCE).get();
      System.out.println(
          "complete: " + new SavepointStore(store).list().stream().map(Savepoint::number).toList());
      System.out.println("sum: " + sum(engine));
      System.out.println("taken");
      LockSupport.park();
    }

    static StateFunEngine engine(SnapshotStore store, int partitions) {
      return StateFunEngine.builder("counting")
          .partitions(partitions)
          .snapshotStore(store)
          .stateBackend(application -> new HeapBackend())
          .function(new Counter())
          .build();
    }

    static long sum(StateFunEngine engine) {
      long sum = 0;
      for (int counter = 0; counter < COUNTERS; counter++) {
        sum += engine.request(address(counter), new Read(), Sum.class).join().sum();
      }
      return sum;
    }

    private static Address address(int counter) {
      return Address.of("test/counter", "c" + counter);
    }
  }

  /** Waits to be killed when a manifest of a savepoint is to be created. */
  private record HoldingStore(SnapshotStore store) implements SnapshotStore {

    @Override
    public boolean create(String name, Content content) throws IOException {
      if (name.startsWith(SavepointStore.FOLDER + "index/") && name.endsWith(".manifest")) {
        System.out.println("all parts are there");
        while (true) {
          LockSupport.park();
        }
      }
      return store.create(name, content);
    }

    @Override
    public long size(String name) throws IOException {
      return store.size(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) throws IOException {
      return store.read(name, offset, length);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      return store.list(prefix);
    }

    @Override
    public void delete(String name) throws IOException {
      store.delete(name);
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }
}
