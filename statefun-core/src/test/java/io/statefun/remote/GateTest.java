/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GateTest {

  @Test
  void letsInAsManyAsThereIsRoomFor() {
    Gate gate = new Gate(2);
    List<Integer> inside = new ArrayList<>();

    for (int i = 0; i < 5; i++) {
      int number = i;
      gate.enter(() -> inside.add(number));
    }

    assertThat(inside).containsExactly(0, 1);
    assertThat(gate.waiting()).isEqualTo(3);
  }

  @Test
  void letsInTheOthersInTheOrderInWhichTheyCame() {
    Gate gate = new Gate(1);
    List<Integer> inside = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      gate.enter(() -> inside.add(number));
    }

    for (int i = 0; i < 5; i++) {
      gate.leave();
    }

    assertThat(inside).containsExactly(0, 1, 2, 3, 4);
    assertThat(gate.waiting()).isZero();
  }

  @Test
  void roomThatNobodyWaitsForIsKept() {
    Gate gate = new Gate(1);
    List<String> inside = new ArrayList<>();

    gate.enter(() -> inside.add("a"));
    gate.leave();
    gate.enter(() -> inside.add("b"));
    gate.enter(() -> inside.add("c"));

    assertThat(inside).containsExactly("a", "b");
  }

  @Test
  void manyWhoLeaveAtOnceDoNotMakeADeepStack() {
    Gate gate = new Gate(1);
    AtomicInteger inside = new AtomicInteger();
    gate.enter(() -> {});
    for (int i = 0; i < 1_000_000; i++) {
      gate.enter(
          () -> {
            inside.incrementAndGet();
            gate.leave();
          });
    }

    gate.leave();

    assertThat(inside).hasValue(1_000_000);
  }

  @Test
  void whoEntersFromWithinIsLetInToo() {
    Gate gate = new Gate(2);
    List<String> inside = new ArrayList<>();

    gate.enter(
        () -> {
          gate.enter(() -> inside.add("inner"));
          inside.add("outer");
        });

    assertThat(inside).containsExactlyInAnyOrder("inner", "outer");
  }

  @Test
  void neverLetsInMoreFromManyThreads() throws InterruptedException {
    Gate gate = new Gate(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(4_000);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 4; i++) {
        threads.execute(
            () -> {
              for (int j = 0; j < 1_000; j++) {
                gate.enter(
                    () -> {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      threads.execute(
                          () -> {
                            inside.decrementAndGet();
                            gate.leave();
                            done.countDown();
                          });
                    });
              }
            });
      }
      assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      threads.shutdownNow();
    }
    assertThat(most.get()).isBetween(1, 3);
    assertThat(gate.waiting()).isZero();
  }
}
