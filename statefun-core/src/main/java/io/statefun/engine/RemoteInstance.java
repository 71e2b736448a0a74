/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.state.Overlay;
import io.statefun.wire.ByteWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An instance elsewhere for which messages are in memory: those that it is called with, if any. */
final class RemoteInstance {

  final Address address;

  /** What comes after the call, in order. */
  final ArrayDeque<Message> next = new ArrayDeque<>();

  /** Whether the state may lack something of it. */
  boolean changed;

  /** With what it is called now. */
  @Nullable RemoteCall call;

  /** How many of the next messages the state has, in so many entries. */
  private int stored;

  private int entries;

  /** How many of the next messages are called alone, since they have failed together. */
  private int alone;

  RemoteInstance(Address address) {
    this.address = address;
  }

  /** Forms the next batch. There must be a message, and no call. */
  RemoteCall form(String id, int maxMessages, long maxBytes, Overlay overlay) {
    takeOut(overlay);
    int limit = alone > 0 ? 1 : maxMessages;
    alone = Math.max(0, alone - 1);
    List<Message> batch = new ArrayList<>();
    long bytes = 0;
    while (batch.size() < limit && !next.isEmpty()) {
      bytes += RemoteQueue.size(next.element());
      if (!batch.isEmpty() && bytes > maxBytes) {
        break;
      }
      batch.add(next.remove());
    }
    RemoteCall formed = new RemoteCall(this, id, batch);
    call = formed;
    return formed;
  }

  /** Has the messages of a call be called one by one. */
  void separate(RemoteCall failed, Overlay overlay) {
    takeOut(overlay);
    for (int i = failed.messages.size() - 1; i >= 0; i--) {
      next.addFirst(failed.messages.get(i));
    }
    alone += failed.messages.size();
    call = null;
  }

  /** Stores what the state does not have yet. */
  void cut(Overlay overlay) {
    RemoteCall called = call;
    if (called != null && !called.stored) {
      overlay.put(Keys.call(address), called.write());
      called.stored = true;
    }
    if (stored < next.size()) {
      ByteWriter out = new ByteWriter(256);
      next.stream().skip(stored).forEach(message -> MessageCodec.write(out, message));
      overlay.put(Keys.waiting(address, entries++), out.toByteArray());
      stored = next.size();
    }
  }

  /** Takes up messages that the state has, in the order of their entries. */
  void restore(Collection<Message> waiting) {
    next.addAll(waiting);
    stored = next.size();
    entries++;
  }

  /** Takes the next messages out of the state. */
  void takeOut(Overlay overlay) {
    for (; entries > 0; entries--) {
      overlay.delete(Keys.waiting(address, entries - 1));
    }
    stored = 0;
  }
}
