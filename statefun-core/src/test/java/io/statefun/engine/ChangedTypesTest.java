/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageTypeName;
import io.statefun.message.MessageTypes;
import io.statefun.message.proto.Parcel;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values that one version has written are read by the next, by the rules of their type. */
class ChangedTypesTest {

  private static final Address USER = Address.of("test/user", "a");
  private static final Duration LATER = Duration.ofMinutes(1);
  private static final int MANY = 1_000;

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private ManualEngine start(Object function) {
    return StateFunEngine.builder("test")
        .partitions(2)
        .clock(() -> now)
        .messageTypes(MessageTypes.standard())
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(function)
        .buildManual();
  }

  private void run(ManualEngine engine, Object... messages) {
    for (Object message : messages) {
      engine.send(USER, null, message);
    }
    engine.runUntilIdle(MANY);
  }

  // JSON

  enum Level {
    LOW,
    HIGH
  }

  enum NewLevel {
    LOW,
    HIGH,
    HIGHEST
  }

  record Profile(String name, String phone, Level level) {}

  /** The class was renamed, too: of a state, only the content is stored. */
  record NewProfile(String name, @Nullable String mail, int visits, NewLevel level) {}

  @MessageTypeName("test/renamed")
  record Renamed(String name, String phone) {}

  @MessageTypeName("test/renamed")
  record NewName(String name, @Nullable String mail) {}

  record Unnamed(String name) {}

  /** Takes the name that the other class had by itself. */
  @MessageTypeName("io.statefun.json/io.statefun.engine.ChangedTypesTest$Unnamed")
  record Named(String name, int visits) {}

  @StatefulFunction("test/user")
  static class User {

    @MessageHandler
    void on(Renamed message, @State("profile") ValueState<Profile> profile, Context context) {
      profile.set(new Profile(message.name(), message.phone(), Level.HIGH));
      context.sendAfter(LATER, context.self(), message);
      context.sendAfter(LATER, context.self(), new Unnamed("unnamed"));
    }

    @MessageHandler
    void on(Unnamed message) {}

    @MessageHandler
    void on(
        String read,
        @State("profile") ValueState<Profile> profile,
        @State("seen") ValueState<Long> n) {
      n.set((long) Objects.requireNonNull(profile.get()).name().length());
    }
  }

  @StatefulFunction("test/user")
  static class NewUser {

    @MessageHandler
    void on(NewName message, @State("names") ListState<String> names) {
      names.add(message.name() + " " + message.mail());
    }

    @MessageHandler
    void on(Named message, @State("names") ListState<String> names) {
      names.add(message.name() + " " + message.visits());
    }

    @MessageHandler
    void on(NewLevel level, @State("profile") ValueState<NewProfile> profile) {
      NewProfile before = Objects.requireNonNull(profile.get());
      profile.set(new NewProfile(before.name(), "mail", 1, level));
    }
  }

  @Test
  void recordsLoseAndGetComponentsAndClassesGetOtherNames() {
    try (ManualEngine engine = start(new User())) {
      run(engine, new Renamed("ann", "123"));
    }

    try (ManualEngine engine = start(new NewUser())) {
      assertThat(engine.state(USER, "profile"))
          .isEqualTo(new NewProfile("ann", null, 0, NewLevel.HIGH));
      now = now.plus(LATER);
      engine.runUntilIdle(MANY);

      assertThat(engine.state(USER, "names")).isEqualTo(List.of("ann null", "unnamed 0"));
      assertThat(engine.deadLetters()).isEmpty();
    }
  }

  @Test
  void theVersionBeforeReadsWhatItKnowsOfTheNextOne() {
    try (ManualEngine engine = start(new User())) {
      run(engine, new Renamed("ann", "123"));
    }
    try (ManualEngine engine = start(new NewUser())) {
      run(engine, NewLevel.LOW);
    }

    try (ManualEngine engine = start(new User())) {
      run(engine, "read");
      assertThat(engine.state(USER, "seen")).isEqualTo(3L);
      assertThat(engine.deadLetters()).isEmpty();
    }
  }

  @Test
  void aConstantThatTheVersionBeforeDoesNotKnowIsADeadLetterThereAndKept() {
    try (ManualEngine engine = start(new User())) {
      run(engine, new Renamed("ann", "123"));
    }
    try (ManualEngine engine = start(new NewUser())) {
      run(engine, NewLevel.HIGHEST);
    }

    try (ManualEngine engine = start(new User())) {
      run(engine, "read");
      assertThat(engine.deadLetters())
          .singleElement()
          .satisfies(letter -> assertThat(letter.cause()).contains("HIGHEST"));
    }

    try (ManualEngine engine = start(new NewUser())) {
      assertThat(engine.state(USER, "profile"))
          .isEqualTo(new NewProfile("ann", "mail", 1, NewLevel.HIGHEST));
    }
  }

  // Protobuf

  private static final int NEW_FIELD = 99;

  @StatefulFunction("test/user")
  static class Parcels {

    @MessageHandler
    void on(Parcel message, @State("parcel") ValueState<Parcel> parcel, Context context) {
      parcel.set(message);
      context.egress("test/out", message);
    }

    @MessageHandler
    void on(Long weight, @State("parcel") ValueState<Parcel> parcel) {
      parcel.set(Objects.requireNonNull(parcel.get()).toBuilder().setWeightGrams(weight).build());
    }
  }

  /** What a newer version's class would write, with a field that this one does not have. */
  private static Parcel ofNewerVersion() {
    UnknownFieldSet.Field field = UnknownFieldSet.Field.newBuilder().addVarint(7).build();
    return Parcel.newBuilder()
        .setId("p")
        .setUnknownFields(UnknownFieldSet.newBuilder().addField(NEW_FIELD, field).build())
        .build();
  }

  @Test
  void fieldsThatAProtobufClassDoesNotKnowAreKept() {
    try (ManualEngine engine = start(new Parcels())) {
      run(engine, ofNewerVersion(), 5L);
    }

    try (ManualEngine engine = start(new Parcels())) {
      run(engine, 6L);
      Parcel parcel = (Parcel) engine.state(USER, "parcel");

      assertThat(parcel).isEqualTo(ofNewerVersion().toBuilder().setWeightGrams(6).build());
      assertThat(engine.deadLetters()).isEmpty();
    }
  }

  // Retention

  @StatefulFunction("test/user")
  static class Forever {

    @MessageHandler
    void on(
        Long number,
        @State("value") ValueState<Long> value,
        @State("list") ListState<Long> list,
        @State("map") MapState<Long, Long> map) {
      value.set(number);
      list.add(number);
      map.put(number, number);
    }

    @MessageHandler
    void on(String empty, @State("list") ListState<Long> list) {
      while (list.size() > 0) {
        list.removeFirst();
      }
    }
  }

  @StatefulFunction("test/user")
  static class Expiring {

    @MessageHandler
    void on(
        Long number,
        @State(value = "value", expireAfterWrite = "1m") ValueState<Long> value,
        @State(value = "list", expireAfterWrite = "1m") ListState<Long> list,
        @State(value = "map", expireAfterWrite = "1m") MapState<Long, Long> map) {
      value.set(number);
      list.add(number);
      map.put(number, number);
    }
  }

  @Test
  void aRetentionThatIsAddedAppliesToWhatBeginsAfterwards() {
    try (ManualEngine engine = start(new Forever())) {
      run(engine, 1L);
    }

    try (ManualEngine engine = start(new Expiring())) {
      now = now.plus(LATER);
      engine.runUntilIdle(MANY);
      assertThat(engine.state(USER, "value")).isEqualTo(1L);
      assertThat(engine.state(USER, "list")).isEqualTo(List.of(1L));
      assertThat(engine.state(USER, "map")).isEqualTo(Map.of(1L, 1L));

      run(engine, 2L);
      now = now.plus(LATER);
      engine.runUntilIdle(MANY);
      assertThat(engine.state(USER, "value")).isNull();
      assertThat(engine.state(USER, "list")).isEqualTo(List.of(1L, 2L));
      assertThat(engine.state(USER, "map")).isEqualTo(Map.of(1L, 1L, 2L, 2L));
    }
    try (ManualEngine engine = start(new Forever())) {
      run(engine, "empty");
    }
    try (ManualEngine engine = start(new Expiring())) {
      run(engine, 3L);
      assertThat(engine.state(USER, "list")).isEqualTo(List.of(3L));
      now = now.plus(LATER);
      engine.runUntilIdle(MANY);
      assertThat(engine.state(USER, "list")).isEqualTo(List.of());
    }
  }

  @Test
  void aRetentionThatIsRemovedEndsAtOnce() {
    try (ManualEngine engine = start(new Expiring())) {
      run(engine, 1L);
    }

    try (ManualEngine engine = start(new Forever())) {
      now = now.plus(LATER);
      engine.runUntilIdle(MANY);
      run(engine, 2L);
      assertThat(engine.state(USER, "value")).isEqualTo(2L);
      assertThat(engine.state(USER, "list")).isEqualTo(List.of(1L, 2L));
      assertThat(engine.state(USER, "map")).isEqualTo(Map.of(1L, 1L, 2L, 2L));
      assertThat(engine.deadLetters()).isEmpty();
    }
  }
}
