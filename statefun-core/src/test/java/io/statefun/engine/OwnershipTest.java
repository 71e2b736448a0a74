/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.cluster.Inbox;
import io.statefun.cluster.MessageLog;
import io.statefun.cluster.TransactionLog;
import io.statefun.io.Ingress;
import io.statefun.message.TypeName;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnershipTest {

  private static final Set<Integer> ALL = Set.of(0, 1, 2, 3);

  private final Log log = new Log();
  private final Turns turns = new Turns();
  private final HeapBackend backend = new HeapBackend(512);
  private final InMemorySnapshotStore store = new InMemorySnapshotStore();
  private final Standby standby =
      new Standby(
          log,
          new EpochReaders(store),
          new BaseStore(store),
          backend,
          4,
          InstantSource.system(),
          Duration.ofMillis(1));
  private final List<Runnable> heldUp = new CopyOnWriteArrayList<>();
  private volatile boolean holdsUp;
  private final Ownership ownership =
      new Ownership(
          log,
          turns,
          standby,
          task -> {
            if (holdsUp) {
              heldUp.add(task);
            } else {
              task.run();
            }
          });

  @AfterEach
  void close() {
    ownership.close();
  }

  @Test
  void aProcessThatOwnsThePartitionsAtOnceHasBegunWhenItHasJoined() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, ALL);

    ownership.join(4);

    assertThat(turns.begun).hasValue(1);
  }

  @Test
  void aFirstTurnThatFailsOnceBeginsAtTheNextAttempt() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, ALL);
    turns.failures.set(1);

    ownership.join(4);

    assertThat(turns.begun).hasValue(1);
  }

  @Test
  void aProcessWhoseFirstTurnCannotBeginTakesNoPart() {
    log.atOnce = listener -> listener.gained(log.turn, ALL);
    turns.failures.set(3);

    assertThatThrownBy(() -> ownership.join(4)).isInstanceOf(IOException.class).hasMessage("away");
  }

  @Test
  void aTakeoverThatFailsIsTriedAgainUntilItSucceeds() throws Exception {
    log.atOnce = MessageLog.Listener::standsBy;
    ownership.join(4);
    turns.failures.set(3);

    log.listener().gained(log.turn, ALL);

    await().until(() -> turns.begun.get() == 1);
    assertThat(turns.delayed).hasValue(3);
    assertThat(turns.failed).isNull();
  }

  @Test
  void aTakeoverIsNotTriedAgainOnceThePartitionsAreLost() throws Exception {
    log.atOnce = MessageLog.Listener::standsBy;
    ownership.join(4);
    turns.failures.set(Integer.MAX_VALUE);
    log.listener().gained(log.turn, ALL);
    await().until(() -> turns.delayed.get() > 0);

    log.listener().lost("gone");
    await().until(() -> turns.ended.get() == 1);
    turns.failures.set(0);
    log.listener().gained(log.turn, ALL);

    await().until(() -> turns.begun.get() > 0);
    assertThat(turns.begun).hasValue(1);
  }

  @Test
  void partitionsThatHaveComeAreMergedUntilNoneIsApart() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, ALL);
    turns.apart.set(3);

    ownership.join(4);

    await().until(() -> turns.apart.get() == 0);
    await().during(Duration.ofMillis(300)).until(() -> turns.merged.get() == 3);
  }

  @Test
  void aMergeThatFailsForGoodIsTold() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, ALL);
    turns.mistakeOfMerge = new IllegalStateException("half done");

    ownership.join(4);

    await().until(() -> turns.failed != null);
    assertThat(turns.failed).hasMessage("half done");
    assertThat(turns.merged).hasValue(1);
  }

  @Test
  void whoIsFencedTakesPartAnew() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, ALL);
    ownership.join(4);

    ownership.fenced(ownership.turn(), new FencedException(7));

    await().until(() -> log.rejoined.get() == 1);
    assertThat(turns.ended).hasValue(1);
  }

  @Test
  void whoWasFencedInATurnThatIsOverGoesOnWithTheNextOne() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, ALL);
    ownership.join(4);
    int turn = ownership.turn();
    log.listener().lost("gone");
    log.listener().gained(log.turn, ALL);
    await().until(() -> turns.begun.get() == 2);

    ownership.fenced(turn, new FencedException(7));
    log.listener().lost("gone again");

    await().until(() -> turns.ended.get() == 2);
    assertThat(log.rejoined).hasValue(0);
  }

  @Test
  void aTakeoverThatFailsByAMistakeIsNotTriedAgain() throws Exception {
    log.atOnce = MessageLog.Listener::standsBy;
    ownership.join(4);
    turns.mistake = new IllegalStateException("a mistake");

    log.listener().gained(log.turn, ALL);

    await().until(() -> turns.failed == turns.mistake);
    assertThat(turns.delayed).hasValue(0);
  }

  @Test
  void aTakeoverOfWhatANewerVersionHasWrittenIsNotTriedAgain() throws Exception {
    log.atOnce = MessageLog.Listener::standsBy;
    ownership.join(4);
    turns.mistake = new NewerFormatException("Epoch object 7", 9, 3);

    log.listener().gained(log.turn, ALL);

    await().until(() -> turns.failed == turns.mistake);
    assertThat(turns.delayed).hasValue(0);
  }

  @Test
  void partitionsComeAndLeaveDuringATurn() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, Set.of(0, 1));
    ownership.join(4);
    int turn = ownership.turn();

    log.listener().gained(log.turn, Set.of(2));
    CompletableFuture<Void> left = log.listener().leaving(Set.of(0));

    await().until(left::isDone);
    assertThat(turns.gained).containsExactly(Set.of(0, 1), Set.of(2));
    assertThat(turns.left).containsExactly(Set.of(0));
    assertThat(ownership.turn()).isEqualTo(turn);
  }

  @Test
  void partitionsThatCouldNotComeAndAreToLeaveAreNotTriedAgain() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, Set.of(0, 1));
    ownership.join(4);
    turns.failures.set(Integer.MAX_VALUE);
    log.listener().gained(log.turn, Set.of(2, 3));
    await().until(() -> turns.delayed.get() > 0);

    CompletableFuture<Void> left = log.listener().leaving(Set.of(1, 2));
    await().until(left::isDone);
    turns.failures.set(0);

    await().until(() -> turns.gained.size() == 2);
    assertThat(turns.gained).containsExactly(Set.of(0, 1), Set.of(3));
    assertThat(turns.left).containsExactly(Set.of(1));
  }

  @Test
  void partitionsLeaveAtOnceWhileTheStateOfOthersIsFetched() throws Exception {
    log.atOnce = listener -> listener.gained(log.turn, Set.of(0, 1));
    ownership.join(4);
    holdsUp = true;
    log.listener().gained(log.turn, Set.of(2, 3));
    await().until(() -> heldUp.size() == 1);

    CompletableFuture<Void> left = log.listener().leaving(Set.of(1, 2));
    await().until(left::isDone);
    assertThat(turns.left).containsExactly(Set.of(1));
    holdsUp = false;
    heldUp.get(0).run();

    await().until(() -> turns.gained.size() == 2);
    assertThat(turns.gained).containsExactly(Set.of(0, 1), Set.of(3));
  }

  @Test
  void whatIsGainedIsToComeUntilTheNodeHasIt() throws Exception {
    log.atOnce = MessageLog.Listener::standsBy;
    ownership.join(4);
    holdsUp = true;
    log.listener().gained(log.turn, Set.of(0, 1));
    await().until(() -> heldUp.size() == 1);
    assertThat(standby.status().warmingUp()).isEqualTo(2);

    holdsUp = false;
    heldUp.get(0).run();
    await().until(() -> turns.gained.size() == 1);
    await().until(() -> standby.status().warmingUp() == 0);

    holdsUp = true;
    log.listener().gained(log.turn, Set.of(2));
    await().until(() -> standby.status().warmingUp() == 1);
    log.listener().lost("gone");
    await().until(() -> standby.status().warmingUp() == 0);
  }

  @Test
  void whatIsGainedInATurnIsReadInThatTurnThoughTheLogIsInTheNextOne() throws Exception {
    log.atOnce = MessageLog.Listener::standsBy;
    ownership.join(4);
    MessageLog.Turn first = log.turn;
    MessageLog.Turn second = new OneTurn();
    CountDownLatch moved = new CountDownLatch(1);
    turns.gate = moved;

    log.listener().gained(first, Set.of(0, 1));
    await().until(() -> turns.waiting);
    log.listener().gained(first, Set.of(2));
    log.listener().lost("gone");
    log.listener().gained(second, Set.of(0, 1));
    moved.countDown();

    await().until(() -> turns.gained.size() == 2);
    assertThat(turns.during).containsExactly(first, second);
  }

  /** Counts what happens. */
  private static final class Turns implements Ownership.Turns {

    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger delayed = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final AtomicInteger merged = new AtomicInteger();
    final AtomicInteger apart = new AtomicInteger();
    final List<Set<Integer>> gained = new CopyOnWriteArrayList<>();
    final List<Set<Integer>> left = new CopyOnWriteArrayList<>();
    final List<MessageLog.Turn> during = new CopyOnWriteArrayList<>();
    volatile @Nullable RuntimeException mistake;
    volatile @Nullable RuntimeException mistakeOfMerge;
    volatile @Nullable CountDownLatch gate;
    volatile boolean waiting;
    volatile @Nullable Throwable failed;

    @Override
    public void gain(MessageLog.Turn turn, Set<Integer> partitions, BooleanSupplier lasts)
        throws IOException {
      CountDownLatch closed = gate;
      if (closed != null) {
        waiting = true;
        awaitUninterruptibly(closed);
      }
      during.add(turn);
      RuntimeException thrown = mistake;
      if (thrown != null) {
        throw thrown;
      }
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IOException("away");
      }
      begun.incrementAndGet();
      gained.add(partitions);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void leave(Set<Integer> partitions, BooleanSupplier lasts) {
      left.add(partitions);
    }

    @Override
    public boolean merge(BooleanSupplier lasts) {
      merged.incrementAndGet();
      RuntimeException thrown = mistakeOfMerge;
      if (thrown != null) {
        throw thrown;
      }
      return apart.getAndUpdate(left -> Math.max(0, left - 1)) > 1;
    }

    @Override
    public void delayed(Throwable why) {
      delayed.incrementAndGet();
    }

    @Override
    public void end(Throwable why) {
      ended.incrementAndGet();
    }

    @Override
    public void appeared(Ingress ingress, Ingress.Split split) {}

    @Override
    public void failed(Throwable cause) {
      failed = cause;
    }
  }

  /** Tells what the test says. */
  private static final class Log implements MessageLog {

    Consumer<Listener> atOnce = listener -> {};
    final AtomicInteger rejoined = new AtomicInteger();
    Turn turn = new OneTurn();
    private @Nullable Listener listener;

    Listener listener() {
      return Objects.requireNonNull(listener);
    }

    @Override
    public Collection<? extends Ingress> ingresses() {
      return List.of();
    }

    @Override
    public Set<TypeName> egresses() {
      return Set.of();
    }

    @Override
    public void join(int partitions, Listener newListener) {
      listener = newListener;
      atOnce.accept(newListener);
    }

    @Override
    public Map<Integer, String> committedReferences() {
      return Map.of();
    }

    @Override
    public CompletableFuture<Void> post(int partition, byte[] message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MessageLog another() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void rejoin() {
      rejoined.incrementAndGet();
    }

    @Override
    public void close() {}
  }

  private static final class OneTurn implements MessageLog.Turn {

    @Override
    public Collection<? extends Ingress> ingresses() {
      return List.of();
    }

    @Override
    public Inbox inbox(int partition) {
      return Inbox.EMPTY;
    }

    @Override
    public TransactionLog transactions() {
      throw new UnsupportedOperationException();
    }
  }
}
