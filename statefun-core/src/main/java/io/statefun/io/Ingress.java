/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.io;

import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The port through which messages with a position enter, as records of a log do. After a crash an
 * ingress goes on at the position of the last committed epoch, so that each record counts once.
 */
public interface Ingress extends AutoCloseable {

  /** The ingress' name, under which its positions are stored. */
  TypeName name();

  /** The parts that are read independently, each in its order. */
  List<Split> splits();

  /**
   * The number of the partition that reads a split, on whose node it is read: by its messages' way
   * and with its outbox and dead letters.
   *
   * @param partitions how many there are
   */
  default int reader(Split split, int partitions) {
    return Address.of(name(), split.id()).partition(partitions);
  }

  /**
   * Asks to be told of splits that appear while the node runs. They are not told of again, and
   * {@link #splits} has them from then on.
   */
  default void watch(Consumer<Split> appeared) {}

  /**
   * Whether the positions belong to the message log, which commits them with each epoch and opens
   * its splits where that ended; if not, the node's state has them.
   */
  default boolean positionsInLog() {
    return false;
  }

  @Override
  default void close() {}

  /**
   * A part of an ingress. All methods but {@link #committed} are called by one thread at a time.
   */
  interface Split {

    /** The split's id, unique within the ingress and the same after a restart. */
    String id();

    /**
     * Goes to a position.
     *
     * @param position what {@link #position} returned when the last epoch was committed, or null
     *     for the beginning; always null if the {@linkplain #positionsInLog log} knows
     * @param wakeUp to be run, by any thread, when records have come after a {@link #poll} that
     *     found none
     */
    void open(byte @Nullable [] position, Runnable wakeUp);

    /**
     * Hands over the messages of the next record, if one is there. Never waits.
     *
     * <p>If it throws, nothing of the record counts, the health tells, and it is called again after
     * a pause; so it must not have gone on to the record after. What can't be read for good goes to
     * {@link Collector#reject}.
     *
     * @return whether there was a record
     */
    boolean poll(Collector out);

    /** The position after the last record that {@link #poll} handed over. */
    byte[] position();

    /** Tells that a position is committed and records before it will not be asked for again. */
    default void committed(byte[] position) {}
  }

  /** Takes the messages of a record. */
  interface Collector {

    /** Sends a message to a function. */
    default void send(Address target, TypedValue message) {
      send(target, message, Map.of());
    }

    /**
     * Sends a message to a function.
     *
     * @param headers what its handler sees as {@link io.statefun.function.Context#headers}; handed
     *     over, and not to be changed afterwards
     */
    void send(Address target, TypedValue message, Map<String, byte[]> headers);

    /**
     * Gives a record to an egress, as a function does.
     *
     * @throws IllegalArgumentException if there is no such egress
     */
    void emit(EgressRecord emitted);

    /**
     * Puts a record that cannot be read or routed among the dead letters. Messages of it that were
     * sent before do not count.
     *
     * @param origin where it came from: topic, partition and offset, or file and line
     */
    void reject(String origin, TypedValue raw, Throwable cause);
  }
}
