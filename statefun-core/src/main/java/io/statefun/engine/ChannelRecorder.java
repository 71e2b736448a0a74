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

/**
 * What a partition gets from elsewhere after its part of a savepoint was cut, and what was sent
 * before the sender's: the state of the channels, as Chandy and Lamport call it. Filled by the
 * partition's worker; once it is complete, others may read it.
 */
final class ChannelRecorder {

  private final Set<Integer> awaited;
  private final List<StoredBytes> stored = new ArrayList<>();
  private final Chunks chunks;
  private volatile boolean complete;

  /**
   * @param senders the partitions whose messages may be on their way
   */
  ChannelRecorder(Collection<Integer> senders, Scratch scratch) {
    this.awaited = new TreeSet<>(senders);
    this.chunks = new Chunks(scratch, stored::add);
    this.complete = awaited.isEmpty();
  }

  /** Takes a message that has come. */
  void add(int sender, Message message) {
    if (!complete && awaited.contains(sender)) {
      chunks.add(message);
    }
  }

  /** Takes the marker of some senders: what follows from them was sent after the savepoint. */
  void mark(Set<Integer> senders) {
    if (!complete && awaited.removeAll(senders) && awaited.isEmpty()) {
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
