/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

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

  /** What is more has to fit into the heap when the part is written. */
  private static final long MAX_BYTES = 64L * 1024 * 1024;

  private final Set<Integer> awaited;
  private final List<StoredBytes> stored = new ArrayList<>();
  private final Chunks chunks;
  private long bytes;
  private volatile boolean complete;
  private volatile boolean abandoned;

  /**
   * @param senders the partitions whose messages may be on their way
   */
  ChannelRecorder(Collection<Integer> senders, Scratch scratch) {
    this.awaited = new TreeSet<>(senders);
    this.chunks = new Chunks(scratch, this::store);
    this.complete = awaited.isEmpty();
  }

  private void store(StoredBytes chunk) {
    stored.add(chunk);
    bytes += chunk.length();
    if (bytes > MAX_BYTES) {
      LOG.warn(
          "A savepoint will not be complete: more than {} bytes are on their way to one of its"
              + " partitions. Take it when less is.",
          MAX_BYTES);
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

  /** The messages, in the order of each sender. Only of a complete one. */
  Iterable<Message> messages() {
    if (!complete) {
      throw new IllegalStateException("Some senders' markers have not come");
    }
    return () -> stored.stream().flatMap(chunk -> Chunks.unpack(chunk.load()).stream()).iterator();
  }
}
