/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.SpscArrayQueue;

/**
 * The floor under the chain: the same work as plain Java, without an engine. Each thread has the
 * keys of its half in hash maps, and hands messages for the other half over in a queue. Changes and
 * records are appended to a file, which a third thread writes and syncs, group after group.
 *
 * <p>It is no engine: all state is in the heap, the file is never read, and a group is not a
 * consistent cut.
 */
public final class FloorBenchmark {

  private static final int QUEUE = 32 * 1024;
  private static final int BATCH = 64;
  private static final int BUFFER = 8 << 20;
  private static final int LARGEST_ENTRY = 512;

  private final ChainLoad load;
  private final long events;
  private final long warmUp;
  private final int workers;
  private final Path data;
  private final SpscArrayQueue<Step>[][] queues;
  private final Latencies commits = new Latencies();
  private volatile long limit;
  private volatile boolean stopped;

  @SuppressWarnings("unchecked")
  private FloorBenchmark(Options options) {
    this.load = new ChainLoad(options.integer("keys", 100_000));
    this.events = options.number("events", 5_000_000);
    this.warmUp = options.number("warmup", Math.max(5_000_000, 3L * load.keys()));
    this.workers = options.integer("workers", 2);
    this.data = Path.of(options.text("data", "target/floor")).toAbsolutePath();
    this.queues = new SpscArrayQueue[workers][workers];
    for (SpscArrayQueue<Step>[] row : queues) {
      for (int to = 0; to < workers; to++) {
        row[to] = new SpscArrayQueue<>(QUEUE);
      }
    }
  }

  /** Runs the load; the last line of the output is the result. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    new FloorBenchmark(new Options(arguments, "keys", "events", "warmup", "workers", "data")).run();
  }

  private void run() throws IOException, InterruptedException {
    Folders.delete(data);
    Files.createDirectories(data);
    Half[] halves = new Half[workers];
    Thread[] threads = new Thread[workers + 1];
    for (int i = 0; i < workers; i++) {
      halves[i] = new Half(i);
      threads[i] = new Thread(halves[i]::run, "floor-" + i);
    }
    try (FileChannel file =
        FileChannel.open(
            data.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      threads[workers] = new Thread(() -> write(file, halves), "floor-writer");
      for (Thread thread : threads) {
        thread.start();
      }
      limit = warmUp;
      await(halves, warmUp);
      System.gc();
      commits.clear();
      long allocated = ProcessMeter.allocatedBytes();
      long cpu = ProcessMeter.cpuNanos();
      long begun = System.nanoTime();
      limit = warmUp + events;
      await(halves, warmUp + events);
      double seconds = (System.nanoTime() - begun) / 1e9;
      long perEvent = (ProcessMeter.allocatedBytes() - allocated) / events;
      double cpuMicros = (ProcessMeter.cpuNanos() - cpu) / 1e3 / events;
      stopped = true;
      for (Thread thread : threads) {
        thread.join();
      }
      System.out.println(
          new Report()
              .add("floor_events_per_second", Math.round(events / seconds))
              .add("commit_p50_ms", commits.millis(0.50))
              .add("commit_p99_ms", commits.millis(0.99))
              .add("bytes_allocated_per_event", perEvent)
              .add("cpu_micros_per_event", cpuMicros)
              .add("peak_rss_mb", ProcessMeter.peakMemoryMegabytes()));
    } finally {
      Folders.delete(data);
    }
  }

  private static void await(Half[] halves, long count) {
    while (true) {
      long sum = 0;
      for (Half half : halves) {
        sum += half.delivered;
      }
      if (sum >= count) {
        return;
      }
      LockSupport.parkNanos(500_000);
    }
  }

  private void write(FileChannel file, Half[] halves) {
    try {
      while (!stopped) {
        long begun = System.nanoTime();
        boolean any = false;
        for (Half half : halves) {
          any |= half.takeLog(file);
        }
        if (any) {
          file.force(false);
          commits.add(System.nanoTime() - begun);
          for (Half half : halves) {
            half.deliver();
          }
        } else {
          LockSupport.parkNanos(100_000);
        }
      }
    } catch (IOException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private record Step(String key, long event) {}

  /** The state of A: 100 bytes and a counter. */
  private static final class StateA {
    byte[] payload = new byte[ChainLoad.STATE_BYTES];
    long count;
  }

  /** A thread with its keys. */
  private final class Half {

    private final int index;
    private final Map<String, StateA> first = new HashMap<>();
    private final Map<String, byte[]> second = new HashMap<>();
    private long position;

    private ByteBuffer log = ByteBuffer.allocateDirect(BUFFER);
    private ByteBuffer spare = ByteBuffer.allocateDirect(BUFFER);
    private long records;
    private long written;
    volatile long delivered;

    Half(int index) {
      this.index = index;
      this.position = index;
    }

    void run() {
      while (!stopped) {
        boolean any = false;
        for (int from = 0; from < workers; from++) {
          any |= receive(from);
        }
        any |= generate();
        if (!any) {
          LockSupport.parkNanos(50_000);
        }
      }
    }

    private boolean receive(int from) {
      SpscArrayQueue<Step> queue = queues[from][index];
      synchronized (this) {
        for (int i = 0; i < BATCH && log.remaining() > LARGEST_ENTRY; i++) {
          Step step = queue.poll();
          if (step == null) {
            return i > 0;
          }
          if (step.event < 0) {
            handleFirst(step.key, ~step.event);
          } else {
            handleSecond(step.key, step.event);
          }
        }
      }
      return true;
    }

    private boolean generate() {
      long end = limit;
      boolean any = false;
      for (int i = 0; i < BATCH && position < end && hasRoom(); i++) {
        String key = load.firstKey(position);
        queues[index][owner(key)].add(new Step(key, ~position));
        position += workers;
        any = true;
      }
      return any;
    }

    private boolean hasRoom() {
      for (int to = 0; to < workers; to++) {
        if (queues[index][to].size() > QUEUE / 4) {
          return false;
        }
      }
      return true;
    }

    private int owner(String key) {
      int hash = key.hashCode() * 0x9E3779B9;
      return (hash >>> 16) % workers;
    }

    private void handleFirst(String key, long event) {
      StateA state = first.computeIfAbsent(key, k -> new StateA());
      state.payload = ChainLoad.nextState(state.payload, event);
      state.count++;
      append((byte) 'a', key, state.payload);
      log.putLong(state.count);
      String next = load.secondKey(event);
      queues[index][owner(next)].add(new Step(next, event));
    }

    private void handleSecond(String key, long event) {
      byte[] before = second.get(key);
      byte[] state =
          ChainLoad.nextState(before == null ? new byte[ChainLoad.STATE_BYTES] : before, event);
      second.put(key, state);
      append((byte) 'b', key, state);
      log.put((byte) 'r').putLong(event);
      records++;
    }

    private void append(byte kind, String key, byte[] state) {
      byte[] name = key.getBytes(StandardCharsets.UTF_8);
      log.put(kind).put((byte) name.length).put(name).put((byte) state.length).put(state);
    }

    /** Writes what has gathered to the file. */
    boolean takeLog(FileChannel file) throws IOException {
      ByteBuffer full;
      synchronized (this) {
        if (log.position() == 0) {
          return false;
        }
        full = log;
        log = spare;
        written += records;
        records = 0;
      }
      full.flip();
      while (full.hasRemaining()) {
        file.write(full);
      }
      spare = full.clear();
      return true;
    }

    void deliver() {
      delivered = written;
    }
  }
}
