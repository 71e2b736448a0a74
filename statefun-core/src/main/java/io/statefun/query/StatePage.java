/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the instances that a query asks for.
 *
 * @param instances in the order of their partitions, then of their ids; perhaps fewer than the
 *     limit, even none, as a page looks at so many instances and no more
 * @param next where the next page begins, for {@link StateQuery#after}; null if there are no more
 *     instances
 */
public record StatePage(List<InstanceStates> instances, @Nullable String next) {

  public StatePage {
    instances = List.copyOf(instances);
  }
}
