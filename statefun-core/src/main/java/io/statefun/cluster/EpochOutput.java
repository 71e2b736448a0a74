/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import java.util.List;
import java.util.Map;

/**
 * What an epoch does outside of the snapshot store, all of it or nothing. Immutable.
 *
 * @param records the records that leave, those of each function's instance in their order; a list
 *     that does not change any more, and may make its elements whenever they are asked for
 * @param messages the messages for inboxes of partitions, most of them of other nodes; those of
 *     each sender in their order
 * @param positions how far the splits of the log were read that takes the output
 * @param inboxes by partition, how far its inbox was read; for all that the node has
 */
public record EpochOutput(
    List<Egress.Delivery> records,
    List<Posted> messages,
    List<Position> positions,
    Map<Integer, Long> inboxes) {

  /** Nothing at all. */
  public static final EpochOutput NOTHING =
      new EpochOutput(List.of(), List.of(), List.of(), Map.of());

  public EpochOutput {
    positions = List.copyOf(positions);
    inboxes = Map.copyOf(inboxes);
  }

  /**
   * A message for a partition that another node has, or that came to this one a while ago.
   *
   * @param partition whose inbox it goes to
   * @param content the message; not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // A copy for each message would cost too much.
  public record Posted(int partition, byte[] content) {}

  /**
   * How far a split was read.
   *
   * @param position what {@link io.statefun.io.Ingress.Split#position} returned
   */
  public record Position(TypeName ingress, String split, byte[] position) {}
}
