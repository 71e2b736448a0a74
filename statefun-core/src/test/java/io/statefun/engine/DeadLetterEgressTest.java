/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.StatefulFunction;
import io.statefun.io.DeadLetterHeaders;
import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadLetterEgressTest {

  private static final Address ANN = Address.of("test/account", "ann");

  private final Receiver ops = new Receiver();
  private final Receiver shop = new Receiver();
  private @Nullable StateFunEngine engine;

  record Pay(long amount) {}

  record PayBy(String sender) {}

  record Publish(long amount) {}

  record Forge(String target, String time) {}

  @StatefulFunction("test/account")
  static class Account {

    @MessageHandler
    void on(Pay pay) {
      throw new IllegalStateException("no money");
    }

    @MessageHandler
    void on(PayBy payBy, Context context) {
      context.send(Address.of("test/account", payBy.sender()), new Pay(1));
    }

    @MessageHandler
    void on(Forge forge, Context context) {
      context.egress(
          new EgressRecord(
              TypeName.parse("test/ops"),
              7L,
              null,
              Map.of(
                  DeadLetterHeaders.TYPE, "x/y".getBytes(UTF_8),
                  DeadLetterHeaders.TARGET, forge.target().getBytes(UTF_8),
                  DeadLetterHeaders.TIME, forge.time().getBytes(UTF_8))));
    }

    @MessageHandler
    void on(Publish publish, Context context) {
      context.egress(EgressRecord.of(TypeName.parse("test/shop"), publish.amount()));
    }
  }

  /** Takes everything, or refuses it for good. */
  private static final class Receiver implements Egress {

    private final List<Delivery> taken = new CopyOnWriteArrayList<>();
    private volatile boolean refuses;

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      if (refuses) {
        Map<Integer, Throwable> causes = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
          causes.put(i, new IOException("too large"));
        }
        return CompletableFuture.failedFuture(new RefusedRecordsException(causes));
      }
      taken.addAll(batch);
      return CompletableFuture.completedFuture(null);
    }
  }

  @AfterEach
  void stop() {
    if (engine != null) {
      engine.close();
    }
  }

  private StateFunEngine.Builder builder() {
    return StateFunEngine.builder("test")
        .partitions(4)
        .workers(1)
        .defaultFailurePolicy(
            new FailurePolicy(
                1, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER))
        .snapshotStore(new InMemorySnapshotStore())
        .stateBackend(application -> new HeapBackend())
        .egress("test/ops", ops)
        .egress("test/shop", shop)
        .function(new Account());
  }

  private StateFunEngine start(boolean keep) {
    StateFunEngine started = builder().deadLetterEgress("test/ops", keep).build();
    engine = started;
    started.start();
    return started;
  }

  private static List<DeadLetter> stored(StateFunEngine engine) {
    return engine.deadLetters().list(100).join().letters().stream()
        .map(DeadLetters.Stored::letter)
        .toList();
  }

  private static String header(Egress.Delivery delivery, String name) {
    return new String(delivery.headers().get(name), UTF_8);
  }

  private Egress.Delivery left() {
    await().until(() -> !ops.taken.isEmpty());
    return ops.taken.get(0);
  }

  @Test
  void aMessageLeavesWithItsValueItsTargetsIdAndWhatIsKnownOfIt() {
    StateFunEngine running = start(true);
    Instant before = Instant.now().minusMillis(1);

    running.send(ANN, new Pay(5)).join();

    Egress.Delivery delivery = left();
    assertThat(delivery.value().as(running.messageTypes().forClass(Pay.class)))
        .isEqualTo(new Pay(5));
    assertThat(delivery.key()).isEqualTo("ann");
    assertThat(header(delivery, DeadLetterHeaders.TARGET)).isEqualTo("test/account/ann");
    assertThat(header(delivery, DeadLetterHeaders.TYPE))
        .isEqualTo(running.messageTypes().forClass(Pay.class).typeName().toString());
    assertThat(header(delivery, DeadLetterHeaders.CAUSE)).contains("no money");
    assertThat(Instant.parse(header(delivery, DeadLetterHeaders.TIME)))
        .isBetween(before, Instant.now());
    assertThat(delivery.headers())
        .doesNotContainKeys(DeadLetterHeaders.SOURCE, DeadLetterHeaders.ORIGIN);
  }

  @Test
  void theSenderIsToldIfItIsAnInstance() {
    start(true).send(ANN, new PayBy("a/b/c")).join();

    assertThat(header(left(), DeadLetterHeaders.SOURCE)).isEqualTo("test/account/ann");
    assertThat(header(left(), DeadLetterHeaders.TARGET)).isEqualTo("test/account/a/b/c");
  }

  @Test
  void itStaysInTheStateToo() {
    StateFunEngine running = start(true);

    running.send(ANN, new Pay(5)).join();

    left();
    assertThat(stored(running)).extracting(DeadLetter::target).containsExactly(ANN);
  }

  @Test
  void itOnlyLeavesIfItIsNotToBeKept() {
    StateFunEngine running = start(false);

    running.send(ANN, new Pay(5)).join();

    left();
    assertThat(stored(running)).isEmpty();
  }

  @Test
  void oneThatItsEgressRefusesStaysAsItWas() {
    ops.refuses = true;
    StateFunEngine running = start(false);

    running.send(ANN, new PayBy("bob")).join();

    await().until(() -> stored(running).size() == 1);
    DeadLetter letter = stored(running).get(0);
    assertThat(letter.target()).isEqualTo(Address.of("test/account", "bob"));
    assertThat(letter.source()).isEqualTo(ANN);
    assertThat(letter.origin()).isEmpty();
    assertThat(letter.cause()).contains("no money", "test/ops", "too large");
    assertThat(letter.headers()).isEmpty();
  }

  @Test
  void whatAFunctionSendsWithHeadersOfADeadLetterIsNotTakenForOneIfTheyMakeNoSense() {
    ops.refuses = true;
    StateFunEngine running = start(false);

    running.send(ANN, new Forge("no address", "no time")).join();

    await().until(() -> stored(running).size() == 1);
    DeadLetter letter = stored(running).get(0);
    assertThat(letter.target()).isNull();
    assertThat(letter.cause()).contains("too large");
  }

  @Test
  void oneThatStaysAnywayIsThereOnceIfItsEgressRefusesIt() {
    ops.refuses = true;
    StateFunEngine running = start(true);

    running.send(ANN, new Pay(5)).join();

    await()
        .until(() -> running.status().unacknowledgedRecords() == 0 && !stored(running).isEmpty());
    assertThat(stored(running)).extracting(DeadLetter::target).containsExactly(ANN);
  }

  @Test
  void aRecordThatAnotherEgressRefusesLeavesToo() {
    shop.refuses = true;
    StateFunEngine running = start(false);

    running.send(ANN, new Publish(7)).join();

    Egress.Delivery delivery = left();
    assertThat(delivery.value().as(running.messageTypes().forClass(Long.class))).isEqualTo(7);
    assertThat(header(delivery, DeadLetterHeaders.ORIGIN)).contains("test/shop");
    assertThat(delivery.headers()).doesNotContainKey(DeadLetterHeaders.TARGET);
  }

  @Test
  void anEgressThatIsNotThereIsFoundAtOnce() {
    StateFunEngine.Builder builder = builder().deadLetterEgress("test/nobody", true);

    assertThatThrownBy(builder::build)
        .isInstanceOfSatisfying(
            EngineStartException.class,
            failure -> {
              assertThat(failure.description()).contains("'test/nobody'", "test/ops");
              assertThat(failure.action()).contains("statefun.dead-letters.egress");
            });
  }
}
