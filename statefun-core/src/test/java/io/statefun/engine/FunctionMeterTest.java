/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.TypeName;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FunctionMeterTest {

  private static final long ALL = Long.MAX_VALUE;

  private final FunctionMeter meter = new FunctionMeter("test/f", true, true);

  @Test
  void sumsWhatWorkersCount() {
    invoke(meter.cell(0), false, true);
    invoke(meter.cell(3), false, true);
    invoke(meter.cell(3), false, false);
    meter.cell(1).handled(5);
    meter.cell(1).failed();

    assertThat(meter.handled()).isEqualTo(7);
    assertThat(meter.failed()).isEqualTo(2);
  }

  @Test
  void measuresEachInvocationOfAWorkerWithLittleToDo() {
    for (int i = 1; i <= 50; i++) {
      invoke(meter.cell(0), false, true);
      assertThat(meter.measured()).isEqualTo(i);
    }
    assertThat(meter.nanos()).isPositive();
    assertThat(meter.within(ALL)).isEqualTo(50);
  }

  @Test
  void whatABusyWorkerDoesNotMeasureCountsWithWhatItDoes() {
    FunctionMeter.Cell cell = meter.cell(0);
    for (int i = 0; i < 100_000; i++) {
      invoke(cell, true, true);
    }
    assertThat(meter.handled()).isEqualTo(100_000);
    assertThat(meter.measured())
        .isBetween(100_000L - FunctionMeter.Cell.SAMPLE, 100_000L)
        .isEqualTo(meter.within(ALL));
  }

  @Test
  void measuresEachInvocationThatTakesLong() {
    FunctionMeter.Cell cell = meter.cell(0);
    for (int i = 0; i < 5; i++) {
      cell.begin(true);
      waitFor(TimeUnit.MICROSECONDS.toNanos(600));
      cell.end(true);
    }
    assertThat(meter.measured()).isEqualTo(5);
    assertThat(meter.nanos()).isGreaterThanOrEqualTo(TimeUnit.MICROSECONDS.toNanos(3_000));
    assertThat(meter.within(TimeUnit.MICROSECONDS.toNanos(500))).isZero();
    assertThat(meter.within(ALL)).isEqualTo(5);
  }

  @Test
  void measuresNothingUnlessItIsToldTo() {
    FunctionMeter counting = new FunctionMeter("test/f", true, false);
    invoke(counting.cell(0), false, true);

    assertThat(counting.handled()).isEqualTo(1);
    assertThat(counting.measured()).isZero();
  }

  @Test
  void functionsElsewhereThatAreFoundByTheirNamespaceAreCountedTogether() {
    FunctionTypes functions = new FunctionTypes(List.of(), new Anything(), true);

    FunctionMeter one = functions.meter(TypeName.parse("anywhere/one"));

    assertThat(functions.meter(TypeName.parse("anywhere/two"))).isSameAs(one);
    assertThat(functions.meter(TypeName.parse("nowhere/three")))
        .isSameAs(functions.meter(null))
        .isNotSameAs(one);
    assertThat(functions.meters())
        .extracting(FunctionMeter::name)
        .containsExactly("anywhere/*", "unknown");
  }

  private static final class Anything implements RemoteFunctions {

    @Override
    public Collection<RemoteFunction> named() {
      return List.of();
    }

    @Override
    public boolean hasNamespaces() {
      return true;
    }

    @Override
    public Collection<String> namespaces() {
      return List.of("anywhere");
    }

    @Override
    public @Nullable RemoteFunction find(TypeName type) {
      return type.namespace().equals("anywhere") ? new Elsewhere(type) : null;
    }
  }

  private record Elsewhere(TypeName type) implements RemoteFunction {

    @Override
    public FailurePolicy failurePolicy() {
      return FailurePolicy.DEFAULT;
    }

    @Override
    public int maxBatchSize() {
      return 1;
    }

    @Override
    public boolean afterCommit() {
      return true;
    }

    @Override
    public long maxWaitingBytes() {
      return 1;
    }

    @Override
    public CompletionStage<RemoteReply> call(RemoteBatch batch) {
      throw new UnsupportedOperationException();
    }
  }

  private static void invoke(FunctionMeter.Cell cell, boolean busy, boolean success) {
    cell.begin(busy);
    cell.end(success);
  }

  private static void waitFor(long nanos) {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < nanos) {
      LockSupport.parkNanos(nanos / 10);
    }
  }
}
