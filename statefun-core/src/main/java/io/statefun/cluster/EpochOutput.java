/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import java.util.List;

/**
 * What an epoch does outside of the snapshot store, all of it or nothing. Immutable.
 *
 * @param records the records that leave, those of each function's instance in their order; a list
 *     that does not change any more, and may make its elements whenever they are asked for
 * @param positions how far the log was read that takes the output
 */
public record EpochOutput(List<Egress.Delivery> records, List<Position> positions) {

  /** Nothing at all. */
  public static final EpochOutput NOTHING = new EpochOutput(List.of(), List.of());

  public EpochOutput {
    positions = List.copyOf(positions);
  }

  /**
   * How far a split was read.
   *
   * @param position what {@link io.statefun.io.Ingress.Split#position} returned
   */
  public record Position(TypeName ingress, String split, byte[] position) {}
}
