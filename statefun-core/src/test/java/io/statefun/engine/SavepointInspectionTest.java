/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
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
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SavepointInspectionTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Address BOX = Address.of("test/box", "a/b");

  private final SnapshotStore store = new InMemorySnapshotStore();
  private final StateFunEngine engine = engine(new Box(), new Stubborn());

  record Fill(String text, long number) {}

  record Append(long number) {}

  record Later(String text) {}

  record Poison() {}

  record Item(String name, int count) {}

  @OnFailure(maxAttempts = 1)
  @StatefulFunction(value = "test/crate", aliases = "test/box")
  static class Box {

    @MessageHandler
    void on(
        Fill fill,
        @State("text") ValueState<String> text,
        @State("item") ValueState<Item> item,
        @State("proto") ValueState<StringValue> proto,
        @State("raw") ValueState<byte[]> raw,
        @State("byName") MapState<String, Item> byName) {
      text.set(fill.text());
      item.set(new Item(fill.text(), 3));
      proto.set(StringValue.of(fill.text()));
      raw.set(new byte[100]);
      byName.put(fill.text(), new Item("x", (int) fill.number()));
    }

    @MessageHandler
    void on(Append append, @State("numbers") ListState<Long> numbers, Context context) {
      if (append.number() == 0) {
        numbers.clear();
      }
      numbers.add(append.number());
    }

    @MessageHandler
    void on(Later later, Context context) {
      context.sendAfter(Duration.ofHours(1), context.self(), new Later("delayed"));
      context.reminders().after("wake", Duration.ofHours(2), new Later("reminded"));
    }

    @MessageHandler
    void on(Poison poison) {
      throw new IllegalStateException("It is\nundrinkable");
    }
  }

  @StatefulFunction("test/stubborn")
  @OnFailure(maxAttempts = 1_000, initialBackoff = "1h", maxBackoff = "1h")
  static class Stubborn {

    @MessageHandler
    void on(Poison poison) {
      throw new IllegalStateException("never");
    }
  }

  private int sent;

  @BeforeEach
  void start() {
    engine.start();
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void statesAreShownAsTheirTypesShowThem() throws Exception {
    send(BOX, new Fill("one\u0007", 1));
    send(BOX, new Append(7));
    send(BOX, new Append(0));
    send(BOX, new Append(8));

    List<InstanceContent.StateContent> states = instance(BOX, 20).states();

    assertThat(state(states, "text").value()).isEqualTo("\"one\\u0007\"");
    assertThat(state(states, "item").value()).isEqualTo("{\"name\":\"one\\u0007\",\"count\":3}");
    assertThat(state(states, "proto").value()).isEqualTo("value: \"one\\a\"");
    assertThat(state(states, "raw").value())
        .startsWith("io.statefun.types/bytes 100 bytes 0000")
        .endsWith("00…");
    assertThat(state(states, "byName").kind()).isEqualTo(StateSpec.Kind.MAP);
    assertThat(state(states, "byName").entries().first())
        .containsExactly(
            new InstanceContent.Entry("\"one\\u0007\"", "{\"name\":\"x\",\"count\":1}"));
    assertThat(state(states, "numbers").kind()).isEqualTo(StateSpec.Kind.LIST);
    assertThat(state(states, "numbers").entries().first())
        .as("without those that were cleared")
        .containsExactly(new InstanceContent.Entry("0", "0"), new InstanceContent.Entry("1", "8"));
  }

  @Test
  void ofManyEntriesTheFirstAreShownAndAllAreCounted() throws Exception {
    for (int number = 1; number <= 50; number++) {
      send(BOX, new Append(number));
    }

    InstanceContent.Some<InstanceContent.Entry> numbers =
        state(instance(BOX, 3).states(), "numbers").entries();

    assertThat(numbers.count()).isEqualTo(50);
    assertThat(numbers.first())
        .extracting(InstanceContent.Entry::value)
        .containsExactly("1", "2", "3");
  }

  @Test
  void aLongTextIsCutOff() throws Exception {
    send(BOX, new Fill("x".repeat(5_000), 1));

    assertThat(state(instance(BOX, 20).states(), "text").value())
        .hasSizeLessThan(1_100)
        .endsWith("x… (5002 characters)");
  }

  @Test
  void whatComesLaterAndWhatFailedIsShown() throws Exception {
    send(BOX, new Later("x"));
    send(BOX, new Poison());
    await().atMost(PATIENCE).until(() -> engine.status().failedInvocations() == 1);

    InstanceContent content = instance(BOX, 20);

    assertThat(content.timers().first())
        .singleElement()
        .extracting(InstanceContent.Timer::what)
        .asString()
        .startsWith("message from test/box/a/b: io.statefun.json/")
        .endsWith("{\"text\":\"delayed\"}");
    assertThat(content.reminders().first())
        .singleElement()
        .satisfies(
            reminder -> {
              assertThat(reminder.reminder().name()).isEqualTo("wake");
              assertThat(reminder.message()).endsWith("{\"text\":\"reminded\"}");
            });
    assertThat(content.deadLetters().first())
        .singleElement()
        .satisfies(dead -> assertThat(dead.cause()).contains("It is\\nundrinkable"));
  }

  @Test
  void messagesThatWaitAreShown() throws Exception {
    Address stubborn = Address.of("test/stubborn", "s");
    engine.send(stubborn, new Poison()).join();
    engine.send(stubborn, new Poison()).join();
    await().atMost(PATIENCE).until(() -> engine.status().failedInvocations() == 1);

    assertThat(instance(stubborn, 20).messages().first())
        .hasSize(2)
        .allSatisfy(
            waiting -> {
              assertThat(waiting.place()).isEqualTo(InstanceContent.Place.BLOCKED);
              assertThat(waiting.from()).isNull();
              assertThat(waiting.message()).endsWith("Poison {}");
            });
  }

  @Test
  void anInstanceOfWhichNothingIsThereIsEmpty() throws Exception {
    send(BOX, new Append(1));

    assertThat(instance(Address.of("test/box", "other"), 20).isEmpty()).isTrue();
    assertThat(instance(Address.of("test/unknown", "a"), 20).isEmpty()).isTrue();
  }

  @Test
  void theInstancesOfAFunctionAreListedInTheOrderOfTheirIds() throws Exception {
    IntStream.range(10, 60).forEach(id -> send(Address.of("test/box", "b" + id), new Append(1)));
    SavepointInspection inspection = inspection(engine);

    InstanceContent.Some<Address> boxes = inspection.instances(TypeName.parse("test/crate"), 3);

    assertThat(boxes.count()).isEqualTo(50);
    assertThat(boxes.first()).extracting(Address::id).containsExactly("b10", "b11", "b12");
    assertThat(inspection.instances(TypeName.parse("test/stubborn"), 3).count()).isZero();
    assertThat(inspection.isKnown(TypeName.parse("test/crate"))).isTrue();
    assertThat(inspection.isKnown(TypeName.parse("test/unknown"))).isFalse();
  }

  @Test
  void anApplicationWithoutTheFunctionShowsWhatItCan() throws Exception {
    send(BOX, new Fill("one", 1));
    awaitHandled();
    Savepoint savepoint = engine.savepoint(PATIENCE).get();
    try (StateFunEngine other = engine(new Stubborn())) {
      InstanceContent content =
          other.inspect(new SavepointStore(store), savepoint).instance(BOX, 20);

      assertThat(state(content.states(), "text"))
          .satisfies(
              state -> {
                assertThat(state.declared()).isFalse();
                assertThat(state.value()).isEqualTo("5 bytes 0a036f6e65");
              });
      assertThat(state(content.states(), "byName").entries().count()).isEqualTo(1);
    }
  }

  private static InstanceContent.StateContent state(
      List<InstanceContent.StateContent> states, String name) {
    return states.stream().filter(state -> state.name().equals(name)).findFirst().orElseThrow();
  }

  private InstanceContent instance(Address address, int limit) throws Exception {
    return inspection(engine).instance(address, limit);
  }

  private void send(Address to, Object message) {
    engine.send(to, message).join();
    sent++;
  }

  /** A message that is accepted may still have to be handled. */
  private void awaitHandled() {
    await()
        .atMost(PATIENCE)
        .until(() -> engine.status().invocations() + engine.status().failedInvocations() >= sent);
  }

  private SavepointInspection inspection(StateFunEngine of) throws Exception {
    awaitHandled();
    return of.inspect(new SavepointStore(store), of.savepoint(PATIENCE).get());
  }

  private StateFunEngine engine(Object... functions) {
    StateFunEngine.Builder builder =
        StateFunEngine.builder("test")
            .partitions(4)
            .workers(2)
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend());
    for (Object function : functions) {
      builder.function(function);
    }
    return builder.build();
  }
}
