/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavepointBuilderTest {

  private static final TypeName SHELF = TypeName.parse("test/shelf");
  private static final int SMALL_RUNS = 2_000;

  private static final SavepointInput BOOKS =
      new SavepointInput(
          "books", SHELF, List.of("label", "count", "titles", "prices", "raw"), "books 1");
  private static final SavepointInput NOTES =
      new SavepointInput("notes", SHELF, List.of("note"), "notes 1");

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final List<StateFunEngine> engines = new CopyOnWriteArrayList<>();

  record Label(String text, int size) {}

  record Read() {}

  record Content(
      @Nullable Label label,
      @Nullable Long count,
      List<String> titles,
      Map<String, Long> prices,
      @Nullable String raw,
      @Nullable String note) {}

  record Add(String title, long price) {}

  @StatefulFunction("test/shelf")
  static class Shelf {

    @MessageHandler
    void on(
        Read read,
        @State("label") ValueState<Label> label,
        @State("count") ValueState<Long> count,
        @State("titles") ListState<String> titles,
        @State("prices") MapState<String, Long> prices,
        @State("raw") ValueState<byte[]> raw,
        @State("note") ValueState<String> note,
        Context context) {
      List<String> all = new ArrayList<>();
      titles.forEach(all::add);
      Map<String, Long> allPrices = new TreeMap<>();
      prices.entries().forEach(entry -> allPrices.put(entry.getKey(), entry.getValue()));
      byte[] bytes = raw.get();
      context.reply(
          new Content(
              label.get(),
              count.get(),
              all,
              allPrices,
              bytes == null ? null : new String(bytes, StandardCharsets.UTF_8),
              note.get()));
    }

    @MessageHandler
    void on(
        Add add,
        @State("titles") ListState<String> titles,
        @State("prices") MapState<String, Long> prices) {
      titles.clear();
      titles.add(add.title());
      prices.put(add.title(), add.price());
    }
  }

  @StatefulFunction("test/fleeting")
  static class Fleeting {

    @MessageHandler
    void on(
        Read read,
        @State(value = "value", expireAfterWrite = "400ms") ValueState<String> value,
        @State(value = "list", expireAfterWrite = "400ms") ListState<String> list,
        Context context) {
      context.reply(value.getOrDefault("nothing") + list.size());
    }
  }

  @AfterEach
  void stop() {
    engines.forEach(StateFunEngine::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, SMALL_RUNS, 10_000_000})
  void anApplicationBeginsWithExactlyWhatTheRowsSay(int runBytes) throws Exception {
    Map<String, Content> rows = rows(300, new Random(1));
    Savepoint savepoint = gather(engine(store), store, rows, runBytes);

    assertThat(savepoint.partitions()).isEqualTo(8);
    SavepointContent content = SavepointContent.read(new SavepointStore(store), savepoint);
    assertThat(Objects.requireNonNull(content.functions().get(SHELF)).instances())
        .isEqualTo(rows.size());
    assertHolds(start(store, savepoint), rows);
    assertThat(store.list("savepoints/bootstrap/")).noneMatch(name -> name.contains("/runs/"));
  }

  @Test
  void instancesGoOnAsIfTheyHadAlwaysBeenThere() throws Exception {
    Map<String, Content> rows = rows(50, new Random(2));
    StateFunEngine engine = start(store, gather(engine(store), store, rows, SMALL_RUNS));

    for (String id : rows.keySet()) {
      engine.send(Address.of(SHELF, id), new Add("new", 7)).join();
    }
    engine.close();

    StateFunEngine again = start(store, null);
    for (Map.Entry<String, Content> row : rows.entrySet()) {
      Content now = read(again, row.getKey());
      Map<String, Long> prices = new TreeMap<>(row.getValue().prices());
      prices.put("new", 7L);
      assertThat(now.titles()).containsExactly("new");
      assertThat(now.prices()).isEqualTo(prices);
      assertThat(now.label()).isEqualTo(row.getValue().label());
    }
  }

  @Test
  void anApplicationThatHoldsStateIsNotBootstrapped() throws Exception {
    StateFunEngine first = start(store, null);
    first.send(Address.of(SHELF, "a"), new Add("x", 1)).join();
    first.close();

    StateFunEngine second =
        builder(store)
            .bootstrap(
                (engine, from) -> {
                  throw new AssertionError("must not be asked");
                })
            .build();
    engines.add(second);
    second.start();

    assertThat(read(second, "a").titles()).containsExactly("x");
  }

  @Test
  void whateverDiesOnTheWayNothingIsLostOrDoubled() throws Exception {
    Map<String, Content> rows = rows(120, new Random(3));
    int attempts = 0;
    boolean done = false;
    for (int operation = 1; !done; operation++) {
      InMemorySnapshotStore fresh = new InMemorySnapshotStore();
      Mortal mortal = new Mortal(fresh, operation, operation % 2 == 0);
      done = !diesWhileGathering(mortal, rows);
      attempts++;
      assertHolds(start(fresh, gather(engine(fresh), fresh, rows, SMALL_RUNS)), rows);
      engines.forEach(StateFunEngine::close);
      engines.clear();
    }
    assertThat(attempts).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void anyRowsSurviveAnyCrashes(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, Content> rows = rows(random.nextInt(400), random);
    int crashes = 0;
    for (int i = 0; i < 8; i++) {
      Mortal mortal = new Mortal(store, 1 + random.nextInt(30), random.nextBoolean());
      crashes += diesWhileGathering(mortal, rows) ? 1 : 0;
    }

    assertThat(crashes).isPositive();
    assertHolds(start(store, gather(engine(store), store, rows, SMALL_RUNS)), rows);
  }

  private boolean diesWhileGathering(Mortal mortal, Map<String, Content> rows) throws IOException {
    try {
      Savepoint unused = gather(engine(mortal), mortal, rows, SMALL_RUNS);
      return false;
    } catch (Dead e) {
      return true;
    } catch (IOException e) {
      assertThat(e).hasRootCauseInstanceOf(Dead.class);
      return true;
    }
  }

  @Test
  void aPositionTellsWhereToGoOn() throws Exception {
    SavepointInput input = new SavepointInput("numbers", SHELF, List.of("count"), "1");
    long before;
    try (SavepointBuilder builder = engine(store).savepointBuilder(store, List.of(input), 1_000)) {
      SavepointBuilder.Rows rows = builder.rows("numbers");
      long id = 0;
      for (int runs = 0; runs < 3; id++) {
        if (rows.add("id-" + id, id)) {
          rows.checkpoint(ByteBuffer.allocate(8).putLong(0, id + 1).array());
          runs++;
        }
      }
      before = id;
    }
    await().until(() -> store.list("savepoints/bootstrap/").size() == 3);

    try (SavepointBuilder builder = engine(store).savepointBuilder(store, List.of(input), 1_000)) {
      SavepointBuilder.Rows rows = builder.rows("numbers");
      assertThat(rows.count()).isEqualTo(before);
      assertThat(ByteBuffer.wrap(Objects.requireNonNull(rows.position())).getLong())
          .isEqualTo(before);
    }
  }

  @Test
  void ofTwoThatGatherTheSameOneGoesOn() throws Exception {
    SavepointInput input = new SavepointInput("numbers", SHELF, List.of("count"), "1");
    try (SavepointBuilder one = engine(store).savepointBuilder(store, List.of(input), 1_000);
        SavepointBuilder other = engine(store).savepointBuilder(store, List.of(input), 1_000)) {
      addAll(one.rows("numbers"), 0, 100);

      assertThatThrownBy(() -> finish(other, 0, 100))
          .isInstanceOf(SavepointBuilder.OvertakenException.class);
      assertThat(finish(one, 100, 200)).isNotNull();
    }
    StateFunEngine engine =
        start(store, engine(store).savepointBuilder(store, List.of(input), 1_000).complete());
    for (int id = 0; id < 200; id++) {
      assertThat(read(engine, "id-" + id).count()).isEqualTo(id);
    }
  }

  private static Savepoint finish(SavepointBuilder builder, long from, long to) throws IOException {
    addAll(builder.rows("numbers"), from, to);
    builder.rows("numbers").end();
    return builder.complete();
  }

  private static void addAll(SavepointBuilder.Rows rows, long from, long to) throws IOException {
    for (long id = from; id < to; id++) {
      boolean unused = rows.add("id-" + id, id);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 10_000_000})
  void twoRowsOfOneIdAreAMistakeThatNamesIt(int runBytes) throws Exception {
    SavepointInput input = new SavepointInput("numbers", SHELF, List.of("count"), "1");
    assertThatThrownBy(
            () -> {
              try (SavepointBuilder builder =
                  engine(store).savepointBuilder(store, List.of(input), runBytes)) {
                SavepointBuilder.Rows rows = builder.rows("numbers");
                addAll(rows, 0, 100);
                boolean unused = rows.add("id-17", 1L);
                addAll(rows, 100, 200);
                rows.end();
                Savepoint none = builder.complete();
              }
            })
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("more than one row for the instance test/shelf/id-17");

    try (SavepointBuilder builder = engine(store).savepointBuilder(store, List.of(input))) {
      assertThat(builder.rowCount()).as("what was gathered is given up").isZero();
    }
    assertThat(new SavepointStore(store).list()).isEmpty();
  }

  @Test
  void whatDoesNotGoWithTheFunctionsIsToldFromTheBeginning() {
    assertMistake("'test/other', which the application does not have", input("test/other", "x"));
    assertMistake(
        "the state 'cuont', which function 'test/shelf' does not declare. It declares [count",
        input("test/shelf", "cuont"));
    assertMistake("'count' twice", input("test/shelf", "count", "count"));
    assertMistake("There are two inputs", input("test/shelf", "note"), input("test/shelf", "note"));
    assertMistake("both have values for the same state", BOOKS, input("test/shelf", "count"));
  }

  private void assertMistake(String text, SavepointInput... inputs) {
    assertThatThrownBy(
            () -> {
              try (SavepointBuilder unused =
                  engine(store).savepointBuilder(store, Arrays.asList(inputs))) {}
            })
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(text);
  }

  private static SavepointInput input(String function, String... states) {
    return new SavepointInput("some", TypeName.parse(function), List.of(states), "");
  }

  @Test
  void aRowThatCannotBeAnInstanceIsNamed() throws Exception {
    assertRefused("Row 2 of input 'some': it has no id", "count", null, 1L);
    assertRefused(
        "state 'count' takes java.lang.Long, not java.lang.String", "count", "a", "seven");
    assertRefused("state 'titles' takes a list of java.lang.String", "titles", "a", 5);
    assertRefused(
        "state 'titles' takes java.lang.String, not java.lang.Integer", "titles", "a", List.of(5));
    assertRefused("state 'prices' takes a map", "prices", "a", List.of("x"));
    assertRefused(
        "state 'prices' takes java.lang.Long, not java.lang.String",
        "prices",
        "a",
        Map.of("x", "y"));
    assertRefused("bytes; at most", "count", "a".repeat(70_000), 1L);
  }

  private void assertRefused(String text, String state, @Nullable String id, Object value)
      throws IOException {
    try (SavepointBuilder builder =
        engine(store).savepointBuilder(store, List.of(input("test/shelf", state)))) {
      SavepointBuilder.Rows rows = builder.rows("some");
      boolean unused = rows.add("good", (Object) null);
      assertThatThrownBy(() -> rows.add(id, value))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(text)
          .hasMessageContaining("Row 2 of input 'some'");
    }
  }

  @Test
  void whatExpiresDoesSo() throws Exception {
    SavepointInput input =
        new SavepointInput("some", TypeName.parse("test/fleeting"), List.of("value", "list"), "");
    Savepoint savepoint;
    try (SavepointBuilder builder = engine(store).savepointBuilder(store, List.of(input))) {
      boolean unused = builder.rows("some").add("a", "here", List.of("x", "y"));
      builder.rows("some").end();
      savepoint = builder.complete();
    }
    assertThat(SavepointContent.read(new SavepointStore(store), savepoint).timers()).isEqualTo(2);
    StateFunEngine engine = start(store, savepoint);

    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                engine
                    .request(Address.of("test/fleeting", "a"), new Read(), String.class)
                    .join()
                    .equals("nothing0"));
  }

  // Rows

  private static Map<String, Content> rows(int count, Random random) {
    Map<String, Content> rows = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      List<String> titles = new ArrayList<>();
      Map<String, Long> prices = new TreeMap<>();
      for (int title = random.nextInt(4); title > 0; title--) {
        titles.add("title-" + random.nextInt(9));
        prices.put("title-" + random.nextInt(9), random.nextLong());
      }
      String id = random.nextInt(20) == 0 ? "é".repeat(i + 1) : "shelf-" + random.nextInt(10_000);
      rows.put(
          id,
          new Content(
              new Label("label \"" + i, i),
              random.nextInt(3) == 0 ? null : random.nextLong(),
              titles,
              prices,
              random.nextBoolean() ? null : "raw-" + i,
              random.nextBoolean() ? null : "note-" + i));
    }
    return rows;
  }

  private Savepoint gather(
      StateFunEngine engine, SnapshotStore to, Map<String, Content> rows, int runBytes)
      throws IOException {
    try (SavepointBuilder builder = engine.savepointBuilder(to, List.of(BOOKS, NOTES), runBytes)) {
      List<String> ids = new ArrayList<>(rows.keySet());
      Collections.shuffle(ids, new Random(5));
      SavepointBuilder.Rows books = builder.rows("books");
      for (String id : ids.subList(books.hasEnded() ? ids.size() : from(books), ids.size())) {
        Content row = Objects.requireNonNull(rows.get(id));
        String raw = row.raw();
        boolean unused =
            books.add(
                id,
                row.label(),
                row.count(),
                row.titles(),
                row.prices(),
                raw == null ? null : raw.getBytes(StandardCharsets.UTF_8));
      }
      if (!books.hasEnded()) {
        books.end();
      }
      SavepointBuilder.Rows notes = builder.rows("notes");
      for (String id : ids.subList(notes.hasEnded() ? ids.size() : from(notes), ids.size())) {
        if (notes.add(id, Objects.requireNonNull(rows.get(id)).note())) {
          notes.checkpoint(ByteBuffer.allocate(4).putInt(0, (int) notes.count()).array());
        }
      }
      if (!notes.hasEnded()) {
        notes.end();
      }
      return builder.complete();
    }
  }

  private static int from(SavepointBuilder.Rows rows) {
    byte[] position = rows.position();
    if (position != null) {
      assertThat(ByteBuffer.wrap(position).getInt()).isEqualTo((int) rows.count());
    }
    return (int) rows.count();
  }

  private static void assertHolds(StateFunEngine engine, Map<String, Content> rows) {
    rows.forEach((id, row) -> assertThat(read(engine, id)).as(id).isEqualTo(row));
    assertThat(read(engine, "never"))
        .isEqualTo(new Content(null, null, List.of(), Map.of(), null, null));
  }

  private static Content read(StateFunEngine engine, String id) {
    return engine.request(Address.of(SHELF, id), new Read(), Content.class).join();
  }

  // Engines

  private StateFunEngine start(SnapshotStore from, @Nullable Savepoint savepoint) {
    StateFunEngine engine = builder(from).bootstrap((starting, its) -> savepoint).build();
    engines.add(engine);
    engine.start();
    return engine;
  }

  private StateFunEngine engine(SnapshotStore from) {
    return builder(from).build();
  }

  private static StateFunEngine.Builder builder(SnapshotStore from) {
    return StateFunEngine.builder("test")
        .partitions(8)
        .workers(2)
        .snapshotStore(from)
        .stateBackend(application -> new HeapBackend())
        .function(new Shelf())
        .function(new Fleeting());
  }

  /** The process is dead. */
  private static final class Dead extends RuntimeException {

    private static final long serialVersionUID = 1L;
  }

  /** A store whose process dies at an operation that changes something. */
  private static final class Mortal implements SnapshotStore {

    private final SnapshotStore store;
    private final boolean after;
    private int left;

    Mortal(SnapshotStore store, int operation, boolean after) {
      this.store = store;
      this.left = operation;
      this.after = after;
    }

    private synchronized boolean dies() {
      left--;
      if (left < 0) {
        throw new Dead();
      }
      return left == 0;
    }

    @Override
    public boolean create(String name, Content content) throws IOException {
      boolean dies = dies();
      if (dies && !after) {
        throw new Dead();
      }
      boolean created = store.create(name, content);
      if (dies) {
        throw new Dead();
      }
      return created;
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
      boolean dies = dies();
      if (dies && !after) {
        throw new Dead();
      }
      store.delete(name);
      if (dies) {
        throw new Dead();
      }
    }

    @Override
    public void close() {}
  }
}
