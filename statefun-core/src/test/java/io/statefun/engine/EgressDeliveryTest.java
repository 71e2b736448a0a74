/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EgressDeliveryTest {

  private static final Address NUMBERS = Address.of("test/numbers", "a");

  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final Receiver out = new Receiver();
  private final Receiver other = new Receiver();

  /** Gives what it is told to one egress, and twice as much to another. */
  @StatefulFunction("test/numbers")
  static class Numbers {

    @MessageHandler
    void on(Long number, @State("sum") ValueState<Long> sum, Context context) {
      sum.update(0L, before -> before + number);
      context.egress("test/out", number);
      context.egress("test/other", 2 * number);
      if (context.caller() != null) {
        context.reply(sum.getOrDefault(0L));
      }
    }
  }

  /** A receiver that can be dead. */
  private static final class Receiver implements Egress {

    private final List<Long> numbers = new CopyOnWriteArrayList<>();
    private volatile boolean dead;
    private volatile long refused;

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      if (dead) {
        return CompletableFuture.failedFuture(new IOException("nobody is there"));
      }
      Map<Integer, Throwable> refusals = new HashMap<>();
      for (int i = 0; i < batch.size(); i++) {
        long number = batch.get(i).value().as(MessageTypes.standard().forClass(Long.class));
        if (number == refused) {
          refusals.put(i, new IOException("much too large"));
        } else {
          numbers.add(number);
        }
      }
      return refusals.isEmpty()
          ? CompletableFuture.completedFuture(null)
          : CompletableFuture.failedFuture(new RefusedRecordsException(refusals));
    }
  }

  private StateFunEngine.Builder engineWithoutOut() {
    return StateFunEngine.builder("test")
        .partitions(4)
        .workers(2)
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(new Numbers())
        .egress("test/other", other);
  }

  private StateFunEngine.Builder engine() {
    return engineWithoutOut().egress("test/out", out);
  }

  private static EngineLimits limits(int unacknowledged, int chainLength) {
    EngineLimits base = EngineLimits.DEFAULT;
    return new EngineLimits(
        base.maxCachedStateBytes(),
        base.maxEpochBytes(),
        Duration.ZERO,
        base.maxUnappliedBytes(),
        base.mailboxCapacity(),
        base.maxWaitingRequests(),
        unacknowledged,
        1024,
        chainLength);
  }

  private static void send(StateFunEngine engine, long from, long to) {
    LongStream.rangeClosed(from, to).forEach(number -> engine.send(NUMBERS, number).join());
  }

  /** A message that is accepted may still have to be handled. */
  private static void awaitWaiting(StateFunEngine engine, long records) {
    await().until(() -> engine.status().unacknowledgedRecords() == records);
  }

  private static Long[] numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
  }

  private long epochs() throws IOException {
    return store.list("epochs/").size();
  }

  // Records that are refused

  @Test
  void aRecordThatIsRefusedForGoodBecomesADeadLetterAndHoldsUpNoOther() throws IOException {
    out.refused = 2;
    try (StateFunEngine engine = engine().build()) {
      engine.start();
      send(engine, 1, 3);
      awaitWaiting(engine, 0);
      assertThat(engine.deadLetters().count().join()).isEqualTo(1);
    }

    assertThat(out.numbers).containsExactly(1L, 3L);
    try (ManualEngine engine = engine().buildManual()) {
      assertThat(engine.deadLetters())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.origin()).isEqualTo("egress test/out");
                assertThat(letter.cause()).contains("much too large");
                assertThat(letter.value().as(MessageTypes.standard().forClass(Long.class)))
                    .isEqualTo(2L);
              });
    }
  }

  // Egresses that are gone

  @Test
  void anEngineDoesNotStartWhileRecordsWaitForAnEgressThatIsGone() {
    out.dead = true;
    try (StateFunEngine engine = engine().build()) {
      engine.start();
      send(engine, 1, 3);
      awaitWaiting(engine, 3);
    }
    try (StateFunEngine engine = engineWithoutOut().build()) {
      assertThatThrownBy(engine::start)
          .asInstanceOf(type(EngineStartException.class))
          .satisfies(
              refusal -> {
                assertThat(refusal.description()).contains("3 records for 'test/out'");
                assertThat(refusal.action())
                    .contains("Declare these egresses again")
                    .contains("statefun.discard-records-of-egresses");
              });
    }
    out.dead = false;
    try (StateFunEngine engine = engine().build()) {
      engine.start();
      await().untilAsserted(() -> assertThat(out.numbers).containsExactly(numbers(1, 3)));
    }
  }

  @Test
  void recordsThatWerePutAsideCountToo() {
    out.dead = true;
    try (StateFunEngine engine = engine().limits(limits(4, 1_000)).build()) {
      engine.start();
      send(engine, 1, 50);
      awaitWaiting(engine, 50);
    }
    try (StateFunEngine engine = engineWithoutOut().build()) {
      assertThatThrownBy(engine::start).hasMessageContaining("50 records for 'test/out'");
    }
  }

  @Test
  void anEgressThatIsGoneDoesNotMatterWhenItsRecordsHaveArrived() {
    try (StateFunEngine engine = engine().build()) {
      engine.start();
      send(engine, 1, 3);
      await().until(() -> out.numbers.size() == 3);
      awaitWaiting(engine, 0);
    }
    try (StateFunEngine engine = engineWithoutOut().build()) {
      engine.start();
    }
  }

  @Test
  void recordsThatAreDiscardedAreLostForGoodAndHoldNothingBack() throws IOException {
    out.dead = true;
    try (StateFunEngine engine = engine().limits(limits(20, 1_000)).build()) {
      engine.start();
      send(engine, 1, 100);
      awaitWaiting(engine, 100);
    }
    try (StateFunEngine engine =
        engineWithoutOut().discardRecordsOf("test/out").limits(limits(20, 5)).build()) {
      engine.start();
      await().until(() -> engine.status().unacknowledgedRecords() == 0);
      // What a base makes needless is deleted after the next commit, whenever that comes.
      await()
          .until(
              () -> {
                send(engine, 0, 0);
                return epochs() < 20;
              });
    }
    out.dead = false;
    try (StateFunEngine engine = engine().build()) {
      engine.start();
      send(engine, 101, 101);
      await().untilAsserted(() -> assertThat(out.numbers).containsExactly(101L));
    }
  }

  @Test
  void recordsOfAnEgressThatIsThereCannotBeDiscarded() {
    try (StateFunEngine engine = engine().discardRecordsOf("test/out").build()) {
      assertThatThrownBy(engine::start)
          .isInstanceOf(EngineStartException.class)
          .hasMessageContaining("'test/out'")
          .hasMessageContaining("Remove the egress' name");
    }
  }

  // Acknowledgements

  @Test
  void anIdleNodeCommitsThatRecordsHaveArrivedAndThenRests() {
    AtomicInteger commits = new AtomicInteger();
    EngineListener counting =
        new EngineListener() {
          @Override
          public void committed(EngineListener.Commit commit) {
            commits.incrementAndGet();
          }
        };
    try (StateFunEngine first = engine().listener(counting).build();
        StateFunEngine second = engine().build()) {
      first.start();
      await().until(() -> commits.get() == 1);
      send(first, 1, 1);
      // One has the message, and the next one that its records have arrived.
      await().until(() -> commits.get() >= 3);
      AtomicInteger last = new AtomicInteger();
      await()
          .during(Duration.ofMillis(2_500))
          .atMost(Duration.ofSeconds(20))
          .until(commits::get, now -> last.getAndSet(now) == now);

      // As after a kill: the second one knows only what is committed.
      second.start();
      send(second, 2, 2);
      await().until(() -> out.numbers.contains(2L));
    }
    assertThat(out.numbers).containsExactly(1L, 2L);
  }

  // Dead receivers

  @Test
  void aDeadReceiverStopsNeitherFunctionsNorOtherEgresses() {
    out.dead = true;
    try (StateFunEngine engine = engine().limits(limits(20, 1_000)).build()) {
      engine.start();
      send(engine, 1, 500);
      await().untilAsserted(() -> assertThat(other.numbers).hasSize(500));
      assertThat(engine.request(NUMBERS, 501L, Long.class).join()).isEqualTo(501L * 502 / 2);
      assertThat(engine.status().unacknowledgedRecords()).isGreaterThanOrEqualTo(501);

      out.dead = false;
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(out.numbers).containsExactly(numbers(1, 501)));
      await().until(() -> engine.status().unacknowledgedRecords() == 0);

      send(engine, 502, 510);
      await().untilAsserted(() -> assertThat(out.numbers).containsExactly(numbers(1, 510)));
    }
  }

  @Test
  void whatWaitsForADeadReceiverSurvivesRestartsOnEmptyMachines() {
    out.dead = true;
    for (int life = 0; life < 3; life++) {
      try (StateFunEngine engine = engine().limits(limits(20, 5)).build()) {
        engine.start();
        send(engine, life * 100 + 1, life * 100 + 100);
      }
    }
    out.dead = false;
    try (StateFunEngine engine = engine().limits(limits(20, 5)).build()) {
      engine.start();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(out.numbers).containsExactly(numbers(1, 300)));
    }
  }

  @Test
  void fewRecordsForADeadReceiverDoNotHoldBackTheDeletionOfEpochs() throws IOException {
    out.dead = true;
    try (StateFunEngine engine = engine().limits(limits(50_000, 5)).build()) {
      engine.start();
      send(engine, 1, 100);
      await().until(() -> epochs() < 20);
      assertThat(engine.status().unacknowledgedRecords()).isGreaterThanOrEqualTo(100);
    }
    out.dead = false;
    try (StateFunEngine engine = engine().build()) {
      engine.start();
      await().untilAsserted(() -> assertThat(out.numbers).containsExactly(numbers(1, 100)));
    }
  }
}
