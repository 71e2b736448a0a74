/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.BitSet;
import java.util.Collection;
import java.util.Set;

/**
 * Which way messages take from the other partitions of a node to one of them, so that their order
 * stays. While partitions are on different nodes, their messages go through the log and the
 * target's inbox; when they have come together, messages that are handed over directly would
 * overtake those in the inbox. So they go on through the log, which holds up nobody however long
 * the inbox is. When it is nearly read, and with the end of an epoch, senders are admitted: from
 * then on they wait until the inbox is read as far as it was filled when that epoch was committed,
 * and hand over directly afterwards.
 *
 * <p>Immutable, but for what was read, which is shared by those that follow.
 */
final class Merge {

  /** Nobody hands over directly. */
  static final Merge APART = new Merge(new BitSet(), new BitSet(), Reading.DONE);

  private final BitSet direct;
  private final BitSet admitted;
  private final Reading reading;

  private Merge(BitSet direct, BitSet admitted, Reading reading) {
    this.direct = direct;
    this.admitted = admitted;
    this.reading = reading;
  }

  /** Which way messages of a sender take now. Called by any worker. */
  Way way(int sender) {
    if (direct.get(sender)) {
      return Way.DIRECT;
    }
    if (!admitted.get(sender)) {
      return Way.LOG;
    }
    return reading.done ? Way.DIRECT : Way.WAIT;
  }

  /** Whether messages of all these are handed over directly. */
  boolean isDirectFor(Collection<Integer> senders) {
    return isRead() && hasAdmitted(senders);
  }

  /** Whether messages of all these are, or will be when the inbox is read far enough. */
  boolean hasAdmitted(Collection<Integer> senders) {
    return senders.stream().allMatch(sender -> direct.get(sender) || admitted.get(sender));
  }

  /** Admits more senders. Only if the inbox is read as far as it is to be for those before. */
  Merge admit(Set<Integer> senders) {
    BitSet before = union(direct, admitted);
    BitSet more = new BitSet();
    senders.forEach(more::set);
    more.andNot(before);
    return new Merge(before, more, new Reading());
  }

  /** The same, but for senders that have left. */
  Merge without(Collection<Integer> left) {
    BitSet gone = new BitSet();
    left.forEach(gone::set);
    BitSet stillDirect = union(direct, new BitSet());
    BitSet stillAdmitted = union(admitted, new BitSet());
    stillDirect.andNot(gone);
    stillAdmitted.andNot(gone);
    return new Merge(stillDirect, stillAdmitted, reading);
  }

  private static BitSet union(BitSet some, BitSet others) {
    BitSet union = new BitSet();
    union.or(some);
    union.or(others);
    return union;
  }

  /** Whether the inbox is read as far as those wait for who were admitted. */
  boolean isRead() {
    return reading.done;
  }

  /** Whether it is known how far the inbox has to be read. */
  boolean isEndKnown() {
    return reading.end != Reading.UNKNOWN;
  }

  /** Tells how far the inbox has to be read. */
  void expect(long end) {
    reading.end = end;
  }

  /**
   * Tells how far the inbox was read, by its worker, once the messages are in the mailbox.
   *
   * @return whether somebody has waited for that
   */
  boolean read(long position) {
    if (reading.done || position < reading.end) {
      return false;
    }
    reading.done = true;
    return true;
  }

  /** The way of a message. */
  enum Way {
    /** It is handed over. */
    DIRECT,
    /** It is handed over in a moment. */
    WAIT,
    /** It leaves with the commit, as one for another node. */
    LOG
  }

  /** How far an inbox has to be read, and whether it was. */
  private static final class Reading {

    private static final long UNKNOWN = Long.MAX_VALUE;

    private static final Reading DONE = new Reading();

    static {
      DONE.end = 0;
      DONE.done = true;
    }

    private volatile long end = UNKNOWN;
    private volatile boolean done;
  }
}
