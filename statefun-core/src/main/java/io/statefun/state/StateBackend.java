/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import org.jspecify.annotations.Nullable;

/**
 * The port to the committed state of a node: for each partition a sorted map of byte strings, and
 * the number of the epoch that it holds. A cache: what it loses is fetched from the snapshot store.
 *
 * <p>After a crash a partition holds exactly what some {@link PartitionStore#write} and all before
 * it have written, and {@link PartitionStore#epoch} tells which. Failures throw {@link
 * java.io.UncheckedIOException}.
 */
public interface StateBackend extends AutoCloseable {

  /** Opens a partition, making an empty one if there is none. */
  PartitionStore open(int partition);

  /**
   * Measures something, which may take some system calls. May be called by any thread, also when
   * the backend is being closed.
   *
   * @return -1 if it cannot tell, or is closed
   */
  default long measure(Measure measure) {
    return -1;
  }

  @Override
  void close();

  /** What can be measured of a backend, if it has it. */
  enum Measure {
    /** How many bytes of memory blocks of files and the write buffers take together. */
    CACHE_BYTES,
    /** How many of them cannot be given back at the moment. */
    PINNED_CACHE_BYTES,
    /** How many bytes the write buffers take. */
    WRITE_BUFFER_BYTES,
    /** How many bytes of files the state takes that is there now. */
    LIVE_FILE_BYTES,
    /** How many bytes of files there are, also those that something still reads. */
    FILE_BYTES,
    /** How many bytes are to be rewritten until the files are in order. */
    PENDING_COMPACTION_BYTES,
    /** How many compactions run. */
    COMPACTIONS,
    /** How many entries there are, about. */
    ENTRIES,
    /** 1 if nothing may be written until files are in order, otherwise 0. */
    WRITES_STOPPED,
    /** How many bytes a second may be written at most; 0 if that is not limited. */
    DELAYED_WRITE_RATE
  }

  /** The committed state of a partition. Reads may run in any thread while one other writes. */
  interface PartitionStore {

    /** The epoch that the partition holds, or 0 if it was never written. */
    long epoch();

    /** The value of a key, or null. The array is the caller's. */
    byte @Nullable [] get(byte[] key);

    /**
     * Goes through the entries of a range as they are now, in the order of the keys' unsigned
     * bytes.
     *
     * @param from the first key that counts
     * @param to the first key that counts no more
     */
    Cursor scan(byte[] from, byte[] to);

    /**
     * What the partition holds now, which stays as it is while others write: all of some write and
     * of those before it, and nothing of another. Waits while a large batch is being written.
     */
    View view();

    /** Begins a set of changes that will take effect together. */
    Batch newBatch();

    /** Makes what was written so far survive the death of the process. */
    void flush();

    /** Removes every entry, and sets the epoch to 0. */
    void clear();
  }

  /** A partition as it was at one time. Used by one thread at a time, and held for a short time. */
  interface View extends AutoCloseable {

    /** The value of a key, or null. The array is the caller's. */
    byte @Nullable [] get(byte[] key);

    /**
     * Goes through the entries of a range, in the order of the keys' unsigned bytes. To be closed
     * before the view.
     *
     * @param from the first key that counts
     * @param to the first key that counts no more
     * @param once whether it is unlikely that the same entries are read again soon, so that they
     *     should not take the place of others in memory
     */
    Cursor scan(byte[] from, byte[] to, boolean once);

    @Override
    void close();
  }

  /** A position in a range; begins before the first entry. */
  interface Cursor extends AutoCloseable {

    /** Goes to the next entry, and tells whether there is one. */
    boolean next();

    /** The entry's key. */
    byte[] key();

    /** The entry's value. */
    byte[] value();

    @Override
    void close();
  }

  /** Changes of one partition that take effect together. Used by one thread. */
  interface Batch extends AutoCloseable {

    /** Sets the value of a key. */
    void put(byte[] key, byte[] value);

    /** Sets the value of a key; both stand in one array. */
    void put(byte[] source, int keyOffset, int keyLength, int valueOffset, int valueLength);

    /** Removes a key. */
    default void delete(byte[] key) {
      delete(key, 0, key.length);
    }

    /** Removes a key that stands in an array. */
    void delete(byte[] source, int keyOffset, int keyLength);

    /**
     * How many bytes the changes take, about. A backend may write a batch of more than some
     * mebibytes in parts while it is being filled, all but the last under the epoch before: a crash
     * may leave a part of it, and writing the epoch again makes it whole.
     */
    long bytes();

    /** Makes the changes, together with the partition's epoch, and empties the batch. */
    void write(long epoch);

    @Override
    void close();
  }
}
