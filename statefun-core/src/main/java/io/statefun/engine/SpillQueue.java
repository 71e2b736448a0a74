/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.state.Overlay;
import io.statefun.wire.StoredBytes;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue of messages that keeps a few in memory and the rest, in chunks, in the partition's state.
 * So it may become as long as the disk is large. The messages in memory are stored with each epoch.
 */
final class SpillQueue {

  /** How many messages of a queue are in memory that is mostly short. */
  static final int USUAL_HEAD = 256;

  private final int headLimit;
  private final byte[] prefix;
  private final Overlay overlay;
  private final ArrayDeque<Message> head = new ArrayDeque<>();
  private final Chunks tail;
  private boolean tailOpen;
  private long firstChunk;
  private long nextChunk;

  /** Chunks before this one were there at the start, so that their sizes are not known. */
  private long firstKnown;

  private long restingBytes;

  /**
   * @param headLimit how many messages are in memory at most, but for those of a chunk that is read
   * @param prefix what the keys of the chunks begin with
   */
  SpillQueue(int headLimit, byte[] prefix, Overlay overlay, Scratch scratch) {
    this.headLimit = headLimit;
    this.prefix = prefix;
    this.overlay = overlay;
    this.tail = new Chunks(scratch, this::addChunk);
  }

  boolean isEmpty() {
    return head.isEmpty() && firstChunk == nextChunk && !tailOpen;
  }

  /** About how many bytes of messages rest in the state. */
  long restingBytes() {
    return restingBytes;
  }

  void add(Message message) {
    if (firstChunk == nextChunk && !tailOpen && head.size() < headLimit) {
      head.add(message);
      return;
    }
    tailOpen = true;
    tail.add(message);
  }

  /** Adds a chunk behind everything that was added so far. */
  void addChunk(StoredBytes chunk) {
    restingBytes += chunk.length();
    overlay.put(Keys.append(prefix, nextChunk++), chunk);
  }

  /** Adds whole chunks behind everything that was added so far. */
  void addChunks(List<StoredBytes> chunks) {
    closeTail();
    chunks.forEach(this::addChunk);
  }

  /** Whether the first message is in memory. */
  boolean isFirstInMemory() {
    return !head.isEmpty();
  }

  /** The first message, which stays, or null if there is none. */
  @Nullable Message peek() {
    if (head.isEmpty()) {
      load();
    }
    return head.peek();
  }

  /** The first messages, as far as they are in memory. */
  Collection<Message> inMemory() {
    return Collections.unmodifiableCollection(head);
  }

  /** Removes the first message. */
  void remove() {
    head.remove();
  }

  /** Puts a message before all others. */
  void addFirst(Message message) {
    head.addFirst(message);
  }

  private void load() {
    if (firstChunk == nextChunk) {
      closeTail();
    }
    if (firstChunk < nextChunk) {
      byte[] key = Keys.append(prefix, firstChunk);
      byte[] chunk = overlay.get(key);
      if (chunk == null) {
        throw new IllegalStateException("A chunk of waiting messages is missing");
      }
      overlay.delete(key);
      restingBytes -= firstChunk < firstKnown ? Chunks.CHUNK_BYTES : chunk.length;
      firstChunk++;
      head.addAll(Chunks.unpack(chunk));
    }
  }

  private void closeTail() {
    tail.close();
    tailOpen = false;
  }

  /** Ends the epoch: the messages in memory go to {@code pending}, all others into the state. */
  void cut(Collection<Message> pending) {
    closeTail();
    pending.addAll(head);
  }

  /** Takes up a chunk that a stored state has, in the order of their keys. */
  void restoreChunk(byte[] key) {
    long number = Keys.lastNumber(key);
    if (firstChunk == nextChunk) {
      firstChunk = number;
    }
    nextChunk = number + 1;
    firstKnown = nextChunk;
    restingBytes += Chunks.CHUNK_BYTES;
  }

  /** Takes up a message that was in memory, behind those taken up before. */
  void restoreHead(Message message) {
    head.add(message);
  }
}
