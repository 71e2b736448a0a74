/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * An application is stopped and started again with functions and states of other names, on the same
 * snapshot store: nothing is lost, and every name leads to the same instance.
 */
class RenamingTest {

  private static final int MANY = 1_000;
  private static final Duration LATER = Duration.ofMinutes(1);

  record Later() {}

  record Where() {}

  record Tell(Address target) {}

  /** As the application was first. */
  @StatefulFunction("test/person")
  static class Person {

    @MessageHandler
    void on(
        Long amount,
        @State("amount") ValueState<Long> sum,
        @State("amounts") ListState<Long> all,
        @State("counts") MapState<Long, Long> counts,
        @State(value = "brief", expireAfterWrite = "30s") ValueState<Long> brief) {
      add(amount, sum, all, counts, brief);
    }

    @MessageHandler
    void on(Later later, Context context) {
      context.sendAfter(LATER, context.self(), 100L);
      context.reminders().after("again", LATER, 1_000L);
    }

    static void add(
        Long amount,
        ValueState<Long> sum,
        ListState<Long> all,
        MapState<Long, Long> counts,
        ValueState<Long> brief) {
      sum.update(0L, before -> before + amount);
      all.add(amount);
      counts.put(amount, counts.getOrDefault(amount, 0L) + 1);
      brief.set(amount);
    }
  }

  /** After its second renaming, and one of its states. */
  @StatefulFunction(
      value = "test/customer",
      aliases = {"test/person", "test/user"})
  static class Customer {

    @MessageHandler
    void on(
        Long amount,
        @State(value = "total", aliases = "amount") ValueState<Long> sum,
        @State(value = "payments", aliases = "amounts") ListState<Long> all,
        @State(value = "frequencies", aliases = "counts") MapState<Long, Long> counts,
        @State(value = "short", aliases = "brief", expireAfterWrite = "30s")
            ValueState<Long> brief) {
      Person.add(amount, sum, all, counts, brief);
    }

    @MessageHandler
    void on(Where where, @State("total") ValueState<Long> total, Context context) {
      context.egress("test/where", context.self() + " has " + total.getOrDefault(0L));
    }
  }

  /** Sends on to whatever names it is told, without knowing of the renaming. */
  @StatefulFunction("test/relay")
  static class Relay {

    @MessageHandler
    void on(Tell tell, Context context) {
      context.send(tell.target(), 10L);
      context.sendAfter(LATER, tell.target(), 20L);
    }
  }

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private ManualEngine start(Object... functions) {
    StateFunEngine.Builder builder =
        StateFunEngine.builder("test")
            .partitions(8)
            .clock(() -> now)
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend());
    for (Object function : functions) {
      builder.function(function);
    }
    return builder.buildManual();
  }

  private static List<String> ids() {
    return IntStream.range(0, 20).mapToObj(number -> "id" + number).toList();
  }

  private static void sendToAll(ManualEngine engine, String type, Object message) {
    ids().forEach(id -> engine.send(Address.of(type, id), null, message));
    engine.runUntilIdle(MANY);
  }

  private void advance(ManualEngine engine) {
    now = now.plus(LATER);
    engine.runUntilIdle(MANY);
  }

  @Test
  void aRenamedFunctionHasTheStateAndTheTimersOfBefore() {
    try (ManualEngine before = start(new Person())) {
      sendToAll(before, "test/person", 1L);
      sendToAll(before, "test/person", new Later());
    }

    try (ManualEngine after = start(new Customer())) {
      advance(after);
      for (String id : ids()) {
        Address customer = Address.of("test/customer", id);
        assertThat(after.state(customer, "total")).isEqualTo(1_101L);
        assertThat(after.state(customer, "amount")).isEqualTo(1_101L);
        assertThat(after.state(customer, "payments")).isEqualTo(List.of(1L, 100L, 1_000L));
        assertThat(after.state(customer, "frequencies"))
            .isEqualTo(Map.of(1L, 1L, 100L, 1L, 1_000L, 1L));
      }
      assertThat(after.deadLetters()).isEmpty();
    }
  }

  @Test
  void allNamesLeadToTheSameInstanceWhoeverSends() {
    try (ManualEngine engine = start(new Customer(), new Relay())) {
      sendToAll(engine, "test/person", 1L);
      sendToAll(engine, "test/user", 2L);
      sendToAll(engine, "test/customer", 3L);
      for (String type : List.of("test/person", "test/user", "test/customer")) {
        for (String id : ids()) {
          engine.send(Address.of("test/relay", id), null, new Tell(Address.of(type, id)));
        }
      }
      engine.runUntilIdle(MANY);
      advance(engine);

      for (String id : ids()) {
        assertThat(engine.state(Address.of("test/customer", id), "payments"))
            .isEqualTo(List.of(1L, 2L, 3L, 10L, 10L, 10L, 20L, 20L, 20L));
      }
      assertThat(engine.deadLetters()).isEmpty();
    }
  }

  @Test
  void anAddressStaysWhatItWas() {
    try (ManualEngine engine = start(new Customer())) {
      engine.send(Address.of("test/customer", "a"), null, new Where());
      engine.runUntilIdle(MANY);

      assertThat(engine.emitted())
          .extracting(delivery -> delivery.value().heldObject())
          .containsExactly("test/person/a has 0");
    }
  }

  @Test
  void theOldVersionFindsWhatTheNewOneHasWritten() {
    try (ManualEngine after = start(new Customer())) {
      sendToAll(after, "test/customer", 5L);
    }

    try (ManualEngine before = start(new Person())) {
      sendToAll(before, "test/person", 1L);
      for (String id : ids()) {
        Address person = Address.of("test/person", id);
        assertThat(before.state(person, "amount")).isEqualTo(6L);
        assertThat(before.state(person, "amounts")).isEqualTo(List.of(5L, 1L));
        assertThat(before.state(person, "brief")).isEqualTo(1L);
      }
      advance(before);
      assertThat(before.state(Address.of("test/person", "id1"), "brief")).isNull();
      assertThat(before.delayed()).isEmpty();
    }
  }

  /** The new name, sent by a version that does not know that it is one, waits in a timer. */
  @Test
  void whatAVersionWithoutTheAliasSentToTheNewNameIsSentOn() {
    try (ManualEngine before = start(new Person(), new Relay())) {
      sendToAll(before, "test/person", 1L);
      for (String id : ids()) {
        Address customer = Address.of("test/customer", id);
        before.send(Address.of("test/relay", id), null, new Tell(customer));
      }
      before.runUntilIdle(MANY);
    }

    try (ManualEngine after = start(new Customer(), new Relay())) {
      advance(after);
      for (String id : ids()) {
        assertThat(after.state(Address.of("test/customer", id), "payments"))
            .isEqualTo(List.of(1L, 20L));
      }
      assertThat(after.deadLetters()).isEmpty();
    }
  }

  @StatefulFunction("test/user")
  static class OtherUser {

    @MessageHandler
    void on(Long amount) {}
  }

  @StatefulFunction(value = "test/other", aliases = "test/user")
  static class OtherRenamed {

    @MessageHandler
    void on(Long amount) {}
  }

  @Test
  void aNameStandsForOneFunctionOnly() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start(new Customer(), new OtherUser()))
        .withMessageContaining("two functions of the type test/user");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start(new Customer(), new OtherRenamed()))
        .withMessageContaining("two functions of the type test/user");
  }

  @Test
  void functionsWithoutAliasesKeepTheirAddresses() {
    FunctionTypes functions = new FunctionTypes(List.of());
    Address address = Address.of(TypeName.of("test", "any"), "a");

    assertThat(functions.stored(address)).isSameAs(address);
  }
}
