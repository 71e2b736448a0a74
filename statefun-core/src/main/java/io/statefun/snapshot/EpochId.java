/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.util.Comparator;
import java.util.UUID;

/**
 * Tells an epoch object from any other. Epochs of one writer have different numbers; those of a
 * partition grow, whoever writes them.
 *
 * @param writer who wrote it
 */
public record EpochId(long epoch, UUID writer) {

  /** By their numbers. */
  public static final Comparator<EpochId> IN_ORDER =
      Comparator.comparingLong(EpochId::epoch).thenComparing(EpochId::writer);

  /** The epoch before the first one. */
  public static final EpochId NONE = new EpochId(0, new UUID(0, 0));
}
