/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.peer;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.statefun.sdk.reqreply.generated.TypedValue;
import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;

/**
 * Emits the numbers of events that are due, each subtask its share. What is due is common to the
 * whole process.
 */
final class Events extends RichParallelSourceFunction<TypedValue> {

  private static final long serialVersionUID = 1L;
  private static final String LONG = "io.statefun.types/long";

  /** The tag of the first field, of 64 bits, of a wrapped long. */
  private static final byte TAG = 9;

  private static volatile Phase phase = new Phase(0, 0, 0, 0);

  private volatile boolean cancelled;

  /**
   * Lets the events up to a number come.
   *
   * @param rate how many in a second, or 0 for as many as are taken
   */
  static void release(long limit, long rate) {
    phase = new Phase(phase.limit, limit, rate, System.nanoTime());
  }

  /** How long ago, in nanoseconds, an event was due if there is a rate. */
  static long nanosSinceDue(long event) {
    Phase now = phase;
    return now.rate == 0 ? 0 : System.nanoTime() - now.dueNanos(event);
  }

  static long number(TypedValue value) {
    ByteString bytes = value.getValue();
    return bytes.isEmpty()
        ? 0
        : ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).getLong(1);
  }

  private static TypedValue typed(long event) {
    ByteBuffer bytes = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(TAG).putLong(event).flip();
    return TypedValue.newBuilder()
        .setTypename(LONG)
        .setHasValue(true)
        .setValue(event == 0 ? ByteString.EMPTY : ByteString.copyFrom(bytes))
        .build();
  }

  @Override
  public void run(SourceContext<TypedValue> out) {
    int step = getRuntimeContext().getNumberOfParallelSubtasks();
    long event = getRuntimeContext().getIndexOfThisSubtask();
    while (!cancelled) {
      long due = phase.due();
      if (event >= due) {
        LockSupport.parkNanos(500_000);
      }
      for (; event < due && !cancelled; event += step) {
        synchronized (out.getCheckpointLock()) {
          out.collect(typed(event));
        }
      }
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  private record Phase(long from, long limit, long rate, long begun) {

    long dueNanos(long event) {
      return begun + (long) ((event - from) * (1e9 / rate));
    }

    /** The first event that is not due. */
    long due() {
      return rate == 0
          ? limit
          : Math.min(limit, from + 1 + (long) ((System.nanoTime() - begun) * (rate / 1e9)));
    }
  }
}
