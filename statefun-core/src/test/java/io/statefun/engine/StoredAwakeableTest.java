/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.Awakeable;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How awakeables and their tokens are written, and for how long they are kept. */
class StoredAwakeableTest {

  private static final Address OWNER = Address.of("test/order", "a");
  private static final TypeName TYPE = TypeName.of("test", "approved");
  private static final String TOKEN = "AQjyCxpz1Rq72Jy4GW8O-2iS-U1o_MwsNfC4Rgnl8SxV";

  private static AwakeableToken token() {
    return AwakeableToken.draw(OWNER, new Random(1));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void aTokenIsReadAsItWasWritten() {
    assertThat(token().text()).isEqualTo(TOKEN).matches("[A-Za-z0-9_-]{44}");

    AwakeableToken read = Objects.requireNonNull(AwakeableToken.parse(TOKEN));

    assertThat(read.text()).isEqualTo(TOKEN);
    assertThat(read.idText()).isEqualTo(token().idText());
    assertThat(AwakeableToken.id(read.idText())).isEqualTo(read.id());
    assertThat(read.toString()).doesNotContain(hex(read.secret()));
  }

  @Test
  void aTokenComesToItsOwnersPartitionHoweverManyThereAre() {
    for (int partitions = 1; partitions < 200; partitions++) {
      for (int i = 0; i < 20; i++) {
        Address owner = Address.of("test/order", "id" + i);
        AwakeableToken token = AwakeableToken.draw(owner, new Random(i));

        assertThat(token.place(partitions).partition(partitions))
            .isEqualTo(owner.partition(partitions));
      }
    }
  }

  @Test
  void whatIsStoredStaysReadable() {
    byte[] timer = Keys.timer(1_700_000_000_000L, 7);
    StoredAwakeable open =
        new StoredAwakeable(
            StoredAwakeable.State.OPEN, OWNER, token().digest(), timer, List.of(TYPE), new byte[0]);

    assertThat(hex(Keys.awakeable(token().id()))).isEqualTo("7573d51abbd89cb8196f0efb68");
    assertThat(hex(open.write()))
        .isEqualTo(
            "01000a746573742f6f72646572016120bf1fa06b2e5365225b307311712b8618"
                + "631bd7d8bc3a8af292876d891ddd2ccd11748000018bcfe56800000000000000"
                + "0007010d746573742f617070726f76656400");
    StoredAwakeable read = StoredAwakeable.read(open.write());
    assertThat(read.isOpen()).isTrue();
    assertThat(read.isOf(token())).isTrue();
    assertThat(read.isOf(AwakeableToken.draw(OWNER, new Random(2)))).isFalse();
    assertThat(read.owner()).isEqualTo(OWNER);
    assertThat(read.types()).containsExactly(TYPE);
    assertThat(read.timer()).isEqualTo(timer);
  }

  @Test
  void whatIsSentStaysReadable() {
    TypedValue message = TypedValue.ofBytes(TYPE, new byte[] {1, 2});
    TypedValue sent = new Control.Complete(TOKEN, message).encoded();

    assertThat(hex(sent.bytes()))
        .isEqualTo(
            "01082c41516a794378707a31527137324a79344757384f2d3269532d55316f5f"
                + "4d77734e66433452676e6c385378560d746573742f617070726f766564020102");
    assertThat(Control.read(sent)).isEqualTo(new Control.Complete(TOKEN, message));
    assertThat(new Control.Complete(TOKEN, message).toString()).doesNotContain(TOKEN);
    assertThat(hex(Awakeables.answer(null).bytes())).isEqualTo("00");
    assertThat(hex(Awakeables.answer(CompletionRefusedException.Reason.OVER).bytes()))
        .isEqualTo("03");
  }

  // How long it is kept

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @StatefulFunction("test/order")
  static class Order {

    @MessageHandler
    void on(Duration timeout, @State("token") ValueState<String> token, Context context) {
      Awakeable awakeable = context.awakeable(Long.class, timeout, -1L);
      token.set(awakeable.token());
    }

    @MessageHandler
    void on(String withdrawn, Context context) {
      context.withdraw(withdrawn);
    }

    @MessageHandler
    void on(Long answer, @State("answer") ValueState<Long> last) {
      last.set(answer);
    }
  }

  private ManualEngine engine() {
    return StateFunEngine.builder("test")
        .partitions(2)
        .clock(() -> now)
        .snapshotStore(new InMemorySnapshotStore())
        .stateBackend(application -> new HeapBackend())
        .function(new Order())
        .buildManual();
  }

  private static String make(ManualEngine engine) {
    engine.send(OWNER, null, Duration.ofDays(30));
    engine.runUntilIdle(100);
    return (String) Objects.requireNonNull(engine.state(OWNER, "token"));
  }

  private static CompletionRefusedException.@Nullable Reason complete(
      ManualEngine engine, String token, long answer) {
    var done = engine.awakeables().complete(token, answer);
    engine.runUntilIdle(100);
    try {
      done.getNow(null);
      return null;
    } catch (CompletionException refused) {
      return Objects.requireNonNull((CompletionRefusedException) refused.getCause()).reason();
    }
  }

  private void advance(ManualEngine engine, Duration time) {
    now = now.plus(time);
    engine.runUntilIdle(100);
  }

  @Test
  void isKeptForADayAfterItsCompletion() {
    try (ManualEngine engine = engine()) {
      String token = make(engine);
      assertThat(complete(engine, token, 5)).isNull();

      advance(engine, Duration.ofHours(23));
      assertThat(complete(engine, token, 5)).isNull();
      advance(engine, Duration.ofHours(1));

      assertThat(complete(engine, token, 5)).isEqualTo(CompletionRefusedException.Reason.UNKNOWN);
      advance(engine, Duration.ofDays(60));
      assertThat(engine.state(OWNER, "answer")).isEqualTo(5L);
      assertThat(engine.nextWakeUp()).isNull();
    }
  }

  @Test
  void isKeptForADayAfterItsTimeOut() {
    try (ManualEngine engine = engine()) {
      String token = make(engine);

      advance(engine, Duration.ofDays(30));
      assertThat(engine.state(OWNER, "answer")).isEqualTo(-1L);
      assertThat(complete(engine, token, 5)).isEqualTo(CompletionRefusedException.Reason.OVER);
      advance(engine, Duration.ofDays(1));

      assertThat(complete(engine, token, 5)).isEqualTo(CompletionRefusedException.Reason.UNKNOWN);
      assertThat(engine.state(OWNER, "answer")).isEqualTo(-1L);
      assertThat(engine.nextWakeUp()).isNull();
    }
  }

  @Test
  void doesNotTimeOutOnceItIsWithdrawn() {
    try (ManualEngine engine = engine()) {
      String token = make(engine);
      engine.send(OWNER, null, Objects.requireNonNull(AwakeableToken.parse(token)).idText());
      engine.runUntilIdle(100);

      advance(engine, Duration.ofDays(60));

      assertThat(engine.state(OWNER, "answer")).isNull();
      assertThat(engine.nextWakeUp()).isNull();
    }
  }

  @Test
  void isCompletedUntilTheVeryTimeOfItsTimeOut() {
    try (ManualEngine engine = engine()) {
      String token = make(engine);

      advance(engine, Duration.ofDays(30).minusMillis(1));

      assertThat(complete(engine, token, 5)).isNull();
      advance(engine, Duration.ofMillis(1));
      assertThat(engine.state(OWNER, "answer")).isEqualTo(5L);
    }
  }

  @Test
  void runsOfTestsDrawTheSameTokensAndNoneTwice() {
    try (ManualEngine one = engine();
        ManualEngine other = engine()) {
      String first = make(one);
      assertThat(make(other)).isEqualTo(first);

      one.crash();
      one.restart();

      assertThat(make(one)).isNotEqualTo(first);
    }
  }
}
