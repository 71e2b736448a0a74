/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Committed state on the heap, for tests. It forgets in a crash what RocksDB without a write-ahead
 * log may forget: see {@link #crash}.
 */
public final class HeapBackend implements StateBackend {

  private static final int DEFAULT_PART = 4 << 20;
  private static final int PER_ENTRY = 12;

  private final NavigableMap<Integer, HeapPartition> partitions = new TreeMap<>();
  private final int part;
  private volatile boolean closed;

  /** Makes an empty backend. */
  public HeapBackend() {
    this(DEFAULT_PART);
  }

  /**
   * Makes an empty backend.
   *
   * @param part the bytes from which on a batch is written in parts, which a crash can come between
   */
  public HeapBackend(int part) {
    this.part = part;
  }

  @Override
  public PartitionStore open(int partition) {
    checkOpen();
    if (partition < 0) {
      throw new IllegalArgumentException("partition " + partition);
    }
    synchronized (partitions) {
      return partitions.computeIfAbsent(partition, p -> new HeapPartition(this));
    }
  }

  /** Closes the backend. {@link #crash} returns one with all that it held. */
  @Override
  public void close() {
    if (!closed) {
      synchronized (partitions) {
        partitions.values().forEach(HeapPartition::keep);
      }
      closed = true;
    }
  }

  /**
   * What is left of this backend when its process is killed, as a new backend: of each partition
   * all until its last flush, and of what was written after that, up to some point that the random
   * numbers choose for each partition. This backend is closed.
   */
  public HeapBackend crash(RandomGenerator random) {
    closed = true;
    HeapBackend left = new HeapBackend(part);
    synchronized (partitions) {
      partitions.forEach(
          (number, partition) -> left.partitions.put(number, partition.crash(left, random)));
    }
    return left;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The state backend is closed");
    }
  }

  /** Changes that are there together or not at all; a key with no value is deleted. */
  private record Part(List<Map.Entry<byte[], Value>> changes, long epoch) {}

  /** A value, or null for none. */
  private record Value(byte @Nullable [] bytes) {}

  private static final class HeapPartition implements PartitionStore {

    private static final long SAME_EPOCH = -1;

    private final HeapBackend backend;
    private final NavigableMap<byte[], byte[]> flushed = new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final List<Part> unflushed = new ArrayList<>();
    private long flushedEpoch;
    private long epoch;

    HeapPartition(HeapBackend backend) {
      this.backend = backend;
    }

    @Override
    public synchronized long epoch() {
      backend.checkOpen();
      return epoch;
    }

    @Override
    public synchronized byte @Nullable [] get(byte[] key) {
      backend.checkOpen();
      byte[] value = entries.get(key);
      return value == null ? null : value.clone();
    }

    @Override
    public synchronized Cursor scan(byte[] from, byte[] to) {
      backend.checkOpen();
      return new HeapCursor(
          backend,
          Arrays.compareUnsigned(from, to) >= 0
              ? List.of()
              : entries.subMap(from, true, to, false).entrySet().stream()
                  .<Map.Entry<byte[], byte[]>>map(e -> Map.entry(e.getKey(), e.getValue()))
                  .toList());
    }

    @Override
    public synchronized View view() {
      backend.checkOpen();
      HeapPartition copy = new HeapPartition(backend);
      copy.entries.putAll(entries);
      return new HeapView(copy);
    }

    @Override
    public Batch newBatch() {
      backend.checkOpen();
      return new HeapBatch(this);
    }

    @Override
    public void flush() {
      backend.checkOpen();
      keep();
    }

    @Override
    public synchronized void clear() {
      backend.checkOpen();
      entries.clear();
      flushed.clear();
      unflushed.clear();
      epoch = 0;
      flushedEpoch = 0;
    }

    /** Writes parts between which a crash may come, but no view. */
    synchronized void write(List<Part> parts) {
      parts.forEach(this::write);
    }

    private void write(Part part) {
      backend.checkOpen();
      apply(part, entries);
      if (part.epoch != SAME_EPOCH) {
        epoch = part.epoch;
      }
      unflushed.add(part);
    }

    synchronized void keep() {
      for (Part part : unflushed) {
        apply(part, flushed);
      }
      unflushed.clear();
      flushedEpoch = epoch;
    }

    synchronized HeapPartition crash(HeapBackend left, RandomGenerator random) {
      HeapPartition partition = new HeapPartition(left);
      partition.entries.putAll(flushed);
      partition.epoch = flushedEpoch;
      for (Part part : unflushed.subList(0, random.nextInt(unflushed.size() + 1))) {
        apply(part, partition.entries);
        if (part.epoch != SAME_EPOCH) {
          partition.epoch = part.epoch;
        }
      }
      partition.flushed.putAll(partition.entries);
      partition.flushedEpoch = partition.epoch;
      return partition;
    }

    private static void apply(Part part, Map<byte[], byte[]> entries) {
      for (Map.Entry<byte[], Value> change : part.changes) {
        byte[] value = change.getValue().bytes;
        if (value == null) {
          entries.remove(change.getKey());
        } else {
          entries.put(change.getKey(), value);
        }
      }
    }
  }

  private record HeapView(HeapPartition copy) implements View {

    @Override
    public byte @Nullable [] get(byte[] key) {
      return copy.get(key);
    }

    @Override
    public Cursor scan(byte[] from, byte[] to, boolean once) {
      return copy.scan(from, to);
    }

    @Override
    public void close() {}
  }

  private static final class HeapCursor implements Cursor {

    private final HeapBackend backend;
    private final Iterator<Map.Entry<byte[], byte[]>> iterator;
    private Map.@Nullable Entry<byte[], byte[]> entry;
    private boolean closed;

    HeapCursor(HeapBackend backend, List<Map.Entry<byte[], byte[]>> entries) {
      this.backend = backend;
      this.iterator = entries.iterator();
    }

    @Override
    public boolean next() {
      backend.checkOpen();
      if (closed) {
        throw new IllegalStateException("The cursor is closed");
      }
      entry = iterator.hasNext() ? iterator.next() : null;
      return entry != null;
    }

    @Override
    public byte[] key() {
      return entry().getKey().clone();
    }

    @Override
    public byte[] value() {
      return entry().getValue().clone();
    }

    @Override
    public void close() {
      closed = true;
      entry = null;
    }

    private Map.Entry<byte[], byte[]> entry() {
      backend.checkOpen();
      if (closed) {
        throw new IllegalStateException("The cursor is closed");
      }
      if (entry == null) {
        throw new IllegalStateException("The cursor is at no entry");
      }
      return entry;
    }
  }

  private static final class HeapBatch implements Batch {

    private final HeapPartition partition;
    private final List<Part> parts = new ArrayList<>();
    private List<Map.Entry<byte[], Value>> changes = new ArrayList<>();
    private long bytes;
    private long partBytes;
    private boolean closed;

    HeapBatch(HeapPartition partition) {
      this.partition = partition;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      add(key, new Value(value.clone()), key.length + value.length);
    }

    @Override
    public void put(byte[] source, int keyOffset, int keyLength, int valueOffset, int valueLength) {
      put(
          Arrays.copyOfRange(source, keyOffset, keyOffset + keyLength),
          Arrays.copyOfRange(source, valueOffset, valueOffset + valueLength));
    }

    @Override
    public void delete(byte[] source, int keyOffset, int keyLength) {
      add(Arrays.copyOfRange(source, keyOffset, keyOffset + keyLength), new Value(null), keyLength);
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public void write(long epoch) {
      checkOpen();
      parts.add(new Part(changes, epoch));
      partition.write(parts);
      parts.clear();
      changes = new ArrayList<>();
      bytes = 0;
      partBytes = 0;
    }

    @Override
    public void close() {
      closed = true;
    }

    private void add(byte[] key, Value value, int length) {
      checkOpen();
      Keys.check(key);
      if (!changes.isEmpty() && partBytes + length > partition.backend.part) {
        parts.add(new Part(changes, HeapPartition.SAME_EPOCH));
        changes = new ArrayList<>();
        partBytes = 0;
      }
      changes.add(Map.entry(key.clone(), value));
      bytes += length + PER_ENTRY;
      partBytes += length + PER_ENTRY;
    }

    private void checkOpen() {
      partition.backend.checkOpen();
      if (closed) {
        throw new IllegalStateException("The batch is closed");
      }
    }
  }
}
