/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * State whose bytes cannot be read makes a dead letter of each message that needs it, at once; it
 * stays what it is, and nothing else suffers.
 */
class UnreadableStateTest {

  private static final Address BAD = Address.of("test/keeper", "bad");
  private static final Address GOOD = Address.of("test/keeper", "good");
  private static final int MANY = 1_000;

  /** What a version can read or not. */
  record Fragile(String text) {}

  /** Refuses what it is told to, as the type of a version that does not know the form yet. */
  static final class FragileType implements MessageType<Fragile> {

    private final boolean refuses;

    FragileType(boolean refuses) {
      this.refuses = refuses;
    }

    @Override
    public TypeName typeName() {
      return TypeName.of("test", "fragile");
    }

    @Override
    public Class<Fragile> javaType() {
      return Fragile.class;
    }

    @Override
    public byte[] serialize(Fragile value) {
      return value.text().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Fragile deserialize(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (refuses && text.equals("bad")) {
        throw new SerializationException("It is bad", null);
      }
      return new Fragile(text);
    }

    @Override
    public boolean immutable() {
      return true;
    }
  }

  enum What {
    VALUE,
    EXPIRING,
    LIST,
    MAP,
    KEYS
  }

  record Read(What what) {}

  record Wrap() {}

  record Replace() {}

  record Mend() {}

  @StatefulFunction("test/keeper")
  static class Keeper {

    @MessageHandler
    void on(
        String kept,
        @State("value") ValueState<Fragile> value,
        @State(value = "expiring", expireAfterWrite = "1m") ValueState<Fragile> expiring,
        @State("list") ListState<Fragile> list,
        @State("map") MapState<String, Fragile> map,
        @State("keys") MapState<Fragile, String> keys) {
      Fragile fragile = new Fragile(kept);
      value.set(fragile);
      expiring.set(fragile);
      list.add(fragile);
      map.put("key", fragile);
      keys.put(fragile, "value");
    }

    @MessageHandler
    void on(
        Read read,
        @State("value") ValueState<Fragile> value,
        @State(value = "expiring", expireAfterWrite = "1m") ValueState<Fragile> expiring,
        @State("list") ListState<Fragile> list,
        @State("map") MapState<String, Fragile> map,
        @State("keys") MapState<Fragile, String> keys,
        @State("count") ValueState<Long> count,
        Context context) {
      count.update(0L, before -> before + 1);
      context.send("test/keeper", "other", "sent too early");
      Object found =
          switch (read.what()) {
            case VALUE -> value.get();
            case EXPIRING -> expiring.get();
            case LIST -> list.get(0);
            case MAP -> map.get("key");
            case KEYS -> keys.keys().iterator().next();
          };
      context.egress("test/out", String.valueOf(found));
    }

    @MessageHandler
    void on(Wrap wrap, @State("value") ValueState<Fragile> value) {
      try {
        value.get();
      } catch (RuntimeException e) {
        throw new IllegalStateException("wrapped", e);
      }
    }

    @MessageHandler
    void on(Replace replace, @State("value") ValueState<Fragile> value) {
      value.set(new Fragile("replaced"));
    }
  }

  /** Catches what reading throws, and goes on with another value. */
  @StatefulFunction("test/keeper")
  static class Mender {

    @MessageHandler
    void on(Mend mend, @State("value") ValueState<Fragile> value) {
      try {
        value.get();
      } catch (RuntimeException e) {
        value.set(new Fragile("mended"));
      }
    }
  }

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private ManualEngine start(boolean refuses, Object function) {
    return StateFunEngine.builder("test")
        .partitions(2)
        .clock(() -> now)
        .messageTypes(MessageTypes.builder().add(new FragileType(refuses)).build())
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(function)
        .buildManual();
  }

  private void keep() {
    try (ManualEngine engine = start(false, new Keeper())) {
      engine.send(BAD, null, "bad");
      engine.send(GOOD, null, "good");
      engine.runUntilIdle(MANY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMessageThatNeedsItIsADeadLetterAtOnce(What what) {
    keep();

    try (ManualEngine engine = start(true, new Keeper())) {
      engine.send(BAD, null, new Read(what));
      engine.send(GOOD, null, new Read(what));
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters()).hasSize(1);
      DeadLetter letter = engine.deadLetters().get(0);
      assertThat(letter.target()).isEqualTo(BAD);
      assertThat(letter.value().as(engine.messageTypes().forClass(Read.class)))
          .isEqualTo(new Read(what));
      assertThat(letter.cause())
          .contains("of test/keeper/bad cannot be read: It is bad")
          .contains("SerializationException");
      assertThat(engine.emitted()).hasSize(1);
      assertThat(engine.state(BAD, "count")).isNull();
      assertThat(engine.sent()).hasSize(1);
      assertThat(engine.unreadableState())
          .satisfies(
              found -> {
                assertThat(Objects.requireNonNull(found).count()).isEqualTo(1);
                assertThat(found.counts()).containsOnlyKeys(TypeName.parse("test/keeper"));
                assertThat(found.address()).isEqualTo(BAD);
                assertThat(found.first()).isEqualTo(now);
              });
    }

    try (ManualEngine engine = start(false, new Keeper())) {
      engine.send(BAD, null, new Read(what));
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters()).hasSize(1);
      assertThat(engine.state(BAD, "value")).isEqualTo(new Fragile("bad"));
      assertThat(engine.state(BAD, "list")).isEqualTo(List.of(new Fragile("bad")));
      assertThat(engine.state(BAD, "map")).isEqualTo(Map.of("key", new Fragile("bad")));
      assertThat(engine.state(BAD, "keys")).isEqualTo(Map.of(new Fragile("bad"), "value"));
      assertThat(engine.unreadableState()).isNull();
    }
  }

  @Test
  void aHandlerThatWrapsTheFailureIsNotTriedAgainEither() {
    keep();

    try (ManualEngine engine = start(true, new Keeper())) {
      engine.send(BAD, null, new Wrap());
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters())
          .singleElement()
          .satisfies(letter -> assertThat(letter.cause()).contains("It is bad"));
    }
  }

  @Test
  void aHandlerThatCatchesTheFailureMendsTheState() {
    keep();

    try (ManualEngine engine = start(true, new Mender())) {
      engine.send(BAD, null, new Mend());
      engine.send(BAD, null, new Mend());
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters()).isEmpty();
      assertThat(engine.state(BAD, "value")).isEqualTo(new Fragile("mended"));
      assertThat(unreadable(engine)).isEqualTo(1);
    }
  }

  @Test
  void messagesThatDoNotNeedItAreHandledAndKeepIt() {
    keep();

    try (ManualEngine engine = start(true, new Keeper())) {
      engine.send(BAD, null, "more");
      engine.send(BAD, null, new Replace());
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters()).isEmpty();
      assertThat(engine.state(BAD, "value")).isEqualTo(new Fragile("replaced"));
    }

    try (ManualEngine engine = start(false, new Keeper())) {
      assertThat(engine.state(BAD, "list"))
          .isEqualTo(List.of(new Fragile("bad"), new Fragile("more")));
    }
  }

  // Damaged rows, and timers that meet them

  enum Damage {
    NEWER_FORMAT,
    UNKNOWN_KIND,
    CUT_OFF;

    byte[] row() {
      ByteWriter row = new ByteWriter(16);
      return switch (this) {
        case NEWER_FORMAT -> row.writeByte(99).writeString("anything").toByteArray();
        case UNKNOWN_KIND -> row.writeByte(1).writeString("value").writeByte(77).toByteArray();
        case CUT_OFF -> row.writeByte(1).writeVarInt(1_000).toByteArray();
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatCannotBeReadIsKeptWhateverComes(Damage damage) {
    try (ManualEngine engine = start(false, new Keeper())) {
      keepIn(engine);
      engine.overlay(BAD).put(Keys.row(BAD), damage.row());
      engine.send(GOOD, null, "good");
      engine.runUntilIdle(MANY);
      engine.crash();
      engine.restart();
      engine.send(BAD, null, "more");
      engine.send(BAD, null, "and more");
      engine.send(GOOD, null, "more");
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters())
          .hasSize(2)
          .allSatisfy(letter -> assertThat(letter.target()).isEqualTo(BAD));
      assertThat(engine.state(GOOD, "value")).isEqualTo(new Fragile("more"));
      assertThat(unreadable(engine)).isEqualTo(2);

      now = now.plus(Duration.ofMinutes(2)); // a value expires that cannot be looked at
      engine.runUntilIdle(MANY);
      assertThat(unreadable(engine)).isEqualTo(3);

      now = now.plus(Duration.ofDays(1)); // and is looked at again
      engine.runUntilIdle(MANY);
      assertThat(unreadable(engine)).isEqualTo(4);
      assertThat(engine.overlay(BAD).get(Keys.row(BAD))).isEqualTo(damage.row());
    }
  }

  private static long unreadable(ManualEngine engine) {
    return Objects.requireNonNull(engine.unreadableState()).count();
  }

  private static void keepIn(ManualEngine engine) {
    engine.send(BAD, null, "bad");
    engine.send(GOOD, null, "good");
    engine.runUntilIdle(MANY);
  }

  // States whose form has changed

  @StatefulFunction("test/keeper")
  static class OtherForms {

    @MessageHandler
    void on(Long number, @State("list") ValueState<Fragile> value) {
      value.set(new Fragile("overwritten"));
    }

    @MessageHandler
    void on(Integer number, @State("list") ValueState<Fragile> value) {
      value.clear();
    }

    @MessageHandler
    void on(Boolean read, @State("map") ValueState<Fragile> value) {
      value.get();
    }

    @MessageHandler
    void on(String text, @State("value") ListState<Fragile> list) {
      list.add(new Fragile(text));
    }

    @MessageHandler
    void on(Read read, @State("keys") ListState<Fragile> list) {
      list.clear();
    }

    @MessageHandler
    void on(Wrap wrap, @State("expiring") MapState<String, Fragile> map) {
      map.put("key", new Fragile("overwritten"));
    }
  }

  @Test
  void aStateOfAnotherFormIsNotOverwritten() {
    keep();

    try (ManualEngine engine = start(false, new OtherForms())) {
      for (Object message : List.of(1L, 1, true, "text", new Read(What.LIST), new Wrap())) {
        engine.send(BAD, null, message);
      }
      now = now.plus(Duration.ofMinutes(2));
      engine.runUntilIdle(MANY);

      assertThat(engine.deadLetters())
          .hasSize(6)
          .allSatisfy(letter -> assertThat(letter.cause()).contains("is now declared otherwise"));
    }

    try (ManualEngine engine = start(false, new Keeper())) {
      assertThat(engine.state(BAD, "value")).isEqualTo(new Fragile("bad"));
      assertThat(engine.state(BAD, "list")).isEqualTo(List.of(new Fragile("bad")));
      assertThat(engine.state(BAD, "map")).isEqualTo(Map.of("key", new Fragile("bad")));
    }
  }
}
