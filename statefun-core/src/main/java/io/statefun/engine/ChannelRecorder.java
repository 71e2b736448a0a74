/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.StoredBytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a partition gets from elsewhere after its part of a savepoint was cut, and what was sent
 * before the sender's: the state of the channels, as Chandy and Lamport call it. Filled by the
 * partition's worker; once it is complete, others may read it.
 */
final class ChannelRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(ChannelRecorder.class);

  private final Set<Integer> awaited;
  private final List<StoredBytes> stored = new ArrayList<>();
  private final Chunks chunks;
  private final long maxBytes;
  private long bytes;
  private volatile boolean complete;
  private volatile boolean abandoned;

  /**
   * @param senders the partitions whose messages may be on their way
   */
  ChannelRecorder(Collection<Integer> senders, Scratch scratch) {
    this.awaited = new TreeSet<>(senders);
    this.chunks = new Chunks(scratch, this::store);
    this.maxBytes = scratch.channelBytes();
    this.complete = awaited.isEmpty();
  }

  private void store(StoredBytes chunk) {
    stored.add(chunk);
    bytes += chunk.length();
    if (bytes > maxBytes) {
      LOG.warn(
          "A savepoint will not be complete: more than {} bytes are on their way to one of its"
              + " partitions. Take it when less is.",
          maxBytes);
      abandon();
    }
  }

  /** Takes nothing more; the savepoint will not be complete. Called by any thread. */
  void abandon() {
    abandoned = true;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /**
   * Takes a message that has come. What comes from outside before the last marker may have been
   * posted before the savepoint was asked for, and is a part of it.
   */
  void add(int sender, Message message) {
    if (abandoned) {
      stored.clear();
    } else if (!complete && (sender == Posting.OUTSIDE || awaited.contains(sender))) {
      chunks.add(message);
    }
  }

  /** Takes the marker of some senders: what follows from them was sent after the savepoint. */
  void mark(Set<Integer> senders) {
    if (!complete && !abandoned && awaited.removeAll(senders) && awaited.isEmpty()) {
      chunks.close();
      complete = true;
    }
  }

  boolean isComplete() {
    return complete;
  }

  /** Whether anything has come. Only of a complete one. */
  boolean isEmpty() {
    return chunks().isEmpty();
  }

  /**
   * The messages in chunks under growing keys, in the order of each sender, of which only one is in
   * memory. Only of a complete one.
   */
  StateBackend.Cursor content() {
    List<StoredBytes> all = chunks();
    return new StateBackend.Cursor() {

      private int next;
      private byte[] chunk = new byte[0];

      @Override
      public boolean next() {
        if (next == all.size()) {
          return false;
        }
        chunk = all.get(next++).load();
        return true;
      }

      @Override
      public byte[] key() {
        return new ByteWriter(Long.BYTES).writeFixedLong(next).toByteArray();
      }

      @Override
      public byte[] value() {
        return chunk;
      }

      @Override
      public void close() {
        // What rests is freed when nobody holds it.
      }
    };
  }

  private List<StoredBytes> chunks() {
    if (!complete) {
      throw new IllegalStateException("Some senders' markers have not come");
    }
    return stored;
  }
}
