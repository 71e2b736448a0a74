/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An ingress that makes its events up: split s of n has the events s, s + n, s + 2n and so on, up
 * to a limit that can be raised, as fast as they are taken or at a rate.
 */
final class EventGenerator implements Ingress {

  private final TypeName name;
  private final LongFunction<Address> targets;
  private final MessageType<Long> type;
  private final List<GeneratorSplit> splits = new ArrayList<>();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "event-generator");
            thread.setDaemon(true);
            return thread;
          });

  private volatile Phase phase = new Phase(0, 0, 0, 0);

  /**
   * Makes a generator with a split for each worker.
   *
   * @param targets where each event goes
   * @param partitions how many partitions the application has, so that the splits spread evenly
   */
  EventGenerator(
      String name, LongFunction<Address> targets, MessageTypes types, int workers, int partitions) {
    this.name = TypeName.parse(name);
    this.targets = targets;
    this.type = types.forClass(Long.class);
    for (int i = 0; i < workers; i++) {
      splits.add(new GeneratorSplit(splitId(i, workers, partitions), i, workers));
    }
  }

  private String splitId(int worker, int workers, int partitions) {
    for (int i = 0; ; i++) {
      String id = worker + "-" + i;
      if (Address.of(name, id).partition(partitions) % workers == worker) {
        return id;
      }
    }
  }

  /**
   * Lets the events up to a number come.
   *
   * @param rate how many in a second, or 0 for as many as are taken
   */
  void release(long limit, long rate) {
    phase = new Phase(phase.limit, limit, rate, System.nanoTime());
    splits.forEach(GeneratorSplit::wake);
    if (rate > 0) {
      ticker.scheduleAtFixedRate(
          () -> splits.forEach(GeneratorSplit::wake), 1, 1, TimeUnit.MILLISECONDS);
    }
  }

  /** How long ago, in nanoseconds, an event was due if there is a rate. */
  long nanosSinceDue(long event) {
    Phase now = phase;
    return now.rate == 0 ? 0 : System.nanoTime() - now.dueNanos(event);
  }

  @Override
  public TypeName name() {
    return name;
  }

  @Override
  public List<Split> splits() {
    return List.copyOf(splits);
  }

  @Override
  public void close() {
    ticker.shutdownNow();
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

  private final class GeneratorSplit implements Split {

    private final String id;
    private final int offset;
    private final int step;
    private long count;
    private long available;
    private @Nullable Runnable wakeUp;

    GeneratorSplit(String id, int offset, int step) {
      this.id = id;
      this.offset = offset;
      this.step = step;
    }

    void wake() {
      Runnable known = wakeUp;
      if (known != null) {
        known.run();
      }
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void open(byte @Nullable [] position, Runnable newWakeUp) {
      count = position == null ? 0 : ByteBuffer.wrap(position).getLong();
      wakeUp = newWakeUp;
    }

    @Override
    public boolean poll(Collector out) {
      long event = offset + count * step;
      if (event >= available) {
        available = phase.due();
        if (event >= available) {
          return false;
        }
      }
      count++;
      out.send(targets.apply(event), TypedValue.of(type, event));
      return true;
    }

    @Override
    public byte[] position() {
      return ByteBuffer.allocate(8).putLong(count).array();
    }
  }
}
