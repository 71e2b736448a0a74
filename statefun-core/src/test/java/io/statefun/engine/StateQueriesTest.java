/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.query.InstanceStates;
import io.statefun.query.InvalidQueryException;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.state.RocksDbBackend;
import io.statefun.state.StateBackend;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateQueriesTest {

  private static final String ACCOUNT = "test/account";

  @TempDir private Path folder;

  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private @Nullable StateFunEngine engine;

  record Open(String name, long amount) {}

  record Add(long amount) {}

  record Rename(String name) {}

  record Balance(long amount, @Nullable String currency) {}

  @StatefulFunction(value = ACCOUNT, aliases = "test/konto")
  static class Account {

    @MessageHandler
    void on(
        Open open,
        @State("name") ValueState<String> name,
        @State(value = "balance", aliases = "saldo") ValueState<Balance> balance,
        Context context) {
      name.set(open.name());
      balance.set(new Balance(open.amount(), null));
      done(context);
    }

    @MessageHandler
    void on(
        Add add,
        @State("balance") ValueState<Balance> balance,
        @State("changes") ListState<Long> changes,
        @State("byAmount") MapState<Long, Balance> byAmount,
        @State(value = "recent", expireAfterWrite = "1h") ValueState<Long> recent,
        Context context) {
      balance.update(
          new Balance(0, "EUR"), value -> new Balance(value.amount() + add.amount(), "EUR"));
      changes.add(add.amount());
      byAmount.put(add.amount(), new Balance(add.amount(), null));
      recent.set(add.amount());
      done(context);
    }
  }

  @StatefulFunction("test/passing")
  static class Passing {
    @MessageHandler
    void on(
        Add add,
        @State(value = "recent", expireAfterWrite = "1h") ValueState<Long> recent,
        Context context) {
      recent.set(add.amount());
      done(context);
    }
  }

  private static void done(Context context) {
    if (context.caller() != null) {
      context.reply(true);
    }
  }

  private StateFunEngine start(StateBackend backend) {
    StateFunEngine started =
        StateFunEngine.builder("test")
            .partitions(4)
            .workers(2)
            .clock(() -> now)
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> backend)
            .function(new Account())
            .function(new Passing())
            .build();
    started.start();
    engine = started;
    return started;
  }

  private StateFunEngine start() {
    return start(new HeapBackend());
  }

  @AfterEach
  void stop() {
    if (engine != null) {
      engine.close();
    }
  }

  private static void send(StateFunEngine to, String id, Object message) {
    to.request(Address.of(ACCOUNT, id), message).join();
  }

  private static StateQuery accounts() {
    return StateQuery.of(ACCOUNT);
  }

  private static List<InstanceStates> all(StateFunEngine from, StateQuery query) {
    List<InstanceStates> all = new ArrayList<>();
    String next = null;
    do {
      StatePage page = from.queries().page(query.after(next)).join();
      assertThat(page.instances()).hasSizeLessThanOrEqualTo(query.limit());
      all.addAll(page.instances());
      next = page.next();
    } while (next != null);
    return all;
  }

  private static List<String> ids(List<InstanceStates> instances) {
    return instances.stream().map(instance -> instance.address().id()).toList();
  }

  @Test
  void aPageTellsWhatTheInstancesHold() {
    StateFunEngine running = start();
    send(running, "ann", new Open("Ann", 5));
    send(running, "ann", new Add(7));

    StatePage page = running.queries().page(accounts()).join();

    assertThat(page.next()).isNull();
    assertThat(page.instances())
        .containsExactly(
            new InstanceStates(
                Address.of(ACCOUNT, "ann"),
                Map.of(
                    "name",
                    "Ann",
                    "balance",
                    new Balance(12, "EUR"),
                    "changes",
                    List.of(7L),
                    "byAmount",
                    Map.of(7L, new Balance(7, null)),
                    "recent",
                    7L),
                Map.of(),
                false));
  }

  @Test
  void aPageOfTreesTellsTheSameWithoutClasses() {
    StateFunEngine running = start();
    send(running, "ann", new Open("Ann", 5));
    send(running, "ann", new Add(7));

    StatePage page = running.queries().trees(accounts().where("balance.amount = 12")).join();

    assertThat(page.instances())
        .extracting(InstanceStates::states)
        .containsExactly(
            Map.of(
                "name",
                "Ann",
                "balance",
                Map.of("amount", 12, "currency", "EUR"),
                "changes",
                List.of(7L),
                "byAmount",
                Map.of(7L, tree("amount", 7, "currency", null)),
                "recent",
                7L));
  }

  private static Map<String, @Nullable Object> tree(
      String name, Object value, String other, @Nullable Object otherValue) {
    Map<String, @Nullable Object> tree = new java.util.HashMap<>();
    tree.put(name, value);
    tree.put(other, otherValue);
    return tree;
  }

  @Test
  void onlyStatesThatAreAskedForAreShown() {
    StateFunEngine running = start();
    send(running, "ann", new Open("Ann", 5));

    assertThat(all(running, accounts().states("saldo").where("name = Ann")))
        .extracting(InstanceStates::states)
        .containsExactly(Map.of("balance", new Balance(5, null)));
  }

  @Test
  void conditionsLookIntoValuesListsAndMaps() {
    StateFunEngine running = start();
    send(running, "ann", new Open("Ann", 5));
    send(running, "bob", new Open("Bob", 500));
    send(running, "bob", new Add(7));

    assertThat(ids(all(running, accounts().where("balance.amount > 100")))).containsExactly("bob");
    assertThat(ids(all(running, accounts().where("saldo.amount <= 5")))).containsExactly("ann");
    assertThat(ids(all(running, accounts().where("balance.currency missing"))))
        .containsExactly("ann");
    assertThat(ids(all(running, accounts().where("changes contains 7")))).containsExactly("bob");
    assertThat(ids(all(running, accounts().where("byAmount.7.amount = 7")))).containsExactly("bob");
    assertThat(all(running, accounts().where("name = Ann").where("balance.amount > 100")))
        .isEmpty();
  }

  @Test
  void idsAreFoundByWhatTheyBeginWith() {
    StateFunEngine running = start();
    for (String id : List.of("a", "aa", "ab", "b", "ä", "äb")) {
      send(running, id, new Open(id, 1));
    }

    assertThat(ids(all(running, accounts().idPrefix("a"))))
        .containsExactlyInAnyOrder("a", "aa", "ab");
    assertThat(ids(all(running, accounts().idPrefix("ä").limit(1))))
        .containsExactlyInAnyOrder("ä", "äb");
    assertThat(all(running, accounts().idPrefix("z"))).isEmpty();
  }

  @Test
  void whateverTheLimitPagesTogetherAreTheWhole() {
    StateFunEngine running = start();
    Random random = new Random(3);
    List<CompletableFuture<TypedValue>> sent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String id = Integer.toString(random.nextInt(1_000), 3);
      sent.add(running.request(Address.of(ACCOUNT, id), new Open("n", i)));
    }
    sent.forEach(CompletableFuture::join);
    List<InstanceStates> whole = all(running, accounts().limit(1_000));
    assertThat(ids(whole)).doesNotHaveDuplicates();

    for (int limit : new int[] {1, 2, 3, 7, 50, 299, 1_000}) {
      assertThat(all(running, accounts().limit(limit))).as("limit %d", limit).isEqualTo(whole);
    }
    List<InstanceStates> rich = all(running, accounts().where("balance.amount > 150"));
    assertThat(all(running, accounts().where("balance.amount > 150").limit(3))).isEqualTo(rich);
    assertThat(whole).containsAll(rich).hasSizeGreaterThan(rich.size());
  }

  @Test
  void instancesThatAreThereAllTheTimeComeOnceWhileOthersComeAndChange() {
    StateFunEngine running = start(RocksDbBackend.in(folder).open());
    Set<String> there = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      there.add("old-" + i);
    }
    there.stream()
        .map(id -> running.request(Address.of(ACCOUNT, id), new Open("n", 1)))
        .toList()
        .forEach(CompletableFuture::join);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writes =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; !done.get(); i++) {
                send(running, "new-" + i, new Open("n", 1));
                send(running, "old-" + i % 200, new Add(1));
              }
            });
    try {
      for (int limit : new int[] {1, 7, 50}) {
        List<String> seen = ids(all(running, accounts().limit(limit)));
        assertThat(seen).doesNotHaveDuplicates().containsAll(there);
      }
    } finally {
      done.set(true);
    }
    writes.join();
  }

  @Test
  void whatIsCommittedIsFound() {
    StateFunEngine running = start(RocksDbBackend.in(folder).open());
    for (int i = 0; i < 50; i++) {
      send(running, "ann", new Open("Ann", i));

      assertThat(ids(all(running, accounts().where("balance.amount = " + i))))
          .containsExactly("ann");
    }
  }

  @Test
  void whatHasExpiredIsNotShown() {
    StateFunEngine running = start();
    send(running, "ann", new Add(7));
    running.request(Address.of("test/passing", "ann"), new Add(7)).join();
    assertThat(all(running, StateQuery.of("test/passing"))).hasSize(1);

    now = now.plus(Duration.ofHours(2));

    assertThat(all(running, StateQuery.of("test/passing"))).isEmpty();
    assertThat(all(running, accounts().where("recent exists"))).isEmpty();
    assertThat(all(running, accounts()).get(0).states()).doesNotContainKey("recent");
  }

  @Test
  void aFunctionIsFoundByAnyNameAndShownByItsPresentOne() {
    StateFunEngine running = start();
    send(running, "ann", new Open("Ann", 5));

    assertThat(all(running, StateQuery.of("test/konto")))
        .extracting(InstanceStates::address)
        .containsExactly(Address.of(ACCOUNT, "ann"));
  }

  @Test
  void whatCannotBeReadIsToldAndTheRestIsShown() {
    ManualEngine manual =
        StateFunEngine.builder("test")
            .partitions(1)
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(new Account())
            .buildManual();
    for (String id : List.of("ann", "bob")) {
      manual.send(Address.of(ACCOUNT, id), null, new Open(id, 5));
    }
    manual.runUntilIdle(100);
    Address stored = manual.stored(Address.of(ACCOUNT, "ann"));
    byte[] row = manual.overlay(stored).store().get(Keys.row(stored));
    String damaged =
        new String(row, StandardCharsets.ISO_8859_1).replace("\"amount\":5", "\"amount\":x");
    try (StateBackend.Batch batch = manual.overlay(stored).store().newBatch()) {
      batch.put(Keys.row(stored), damaged.getBytes(StandardCharsets.ISO_8859_1));
      batch.put(Keys.row(manual.stored(Address.of(ACCOUNT, "bob"))), new byte[] {2, 99, 1});
      batch.write(manual.overlay(stored).store().epoch());
    }

    List<InstanceStates> seen = manual.page(accounts()).join().instances();

    assertThat(ids(seen)).containsExactly("ann", "bob");
    assertThat(seen.get(0).states()).isEqualTo(Map.of("name", "ann"));
    assertThat(seen.get(0).unreadable()).containsOnlyKeys("balance");
    assertThat(seen.get(1).unreadable()).containsKeys("balance", "name");
    assertThat(manual.page(accounts().where("balance exists")).join().instances()).isEmpty();
    manual.close();
  }

  @Test
  void whatIsLargeIsShownInPart() {
    StateFunEngine running = start();
    List<CompletableFuture<TypedValue>> sent = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      sent.add(running.request(Address.of(ACCOUNT, "ann"), new Add(1)));
    }
    sent.forEach(CompletableFuture::join);
    send(running, "huge", new Open("x".repeat(500_000), 5));

    List<InstanceStates> seen = all(running, accounts());

    assertThat(ids(seen)).containsExactlyInAnyOrder("ann", "huge");
    assertThat(seen).allMatch(InstanceStates::partial);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    StateQueries queries = start().queries();

    assertThatThrownBy(() -> queries.page(StateQuery.of("test/no")))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessage("There is no function 'test/no' in this application");
    assertThatThrownBy(() -> queries.page(accounts().states("balanec")))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("has no state 'balanec'")
        .hasMessageContaining("balance");
    assertThatThrownBy(() -> queries.page(accounts().where("x = 1")))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("has no state 'x'");
    assertThatThrownBy(() -> queries.page(accounts().after("made up")))
        .isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(() -> accounts().limit(0)).isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(() -> accounts().limit(1_001)).isInstanceOf(InvalidQueryException.class);
  }
}
