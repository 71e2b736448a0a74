/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.List;
import java.util.Map;

/** What a cell holds; -1 stands for an empty register. */
record CellState(long register, long sum, List<Long> list, Map<Long, Long> map, long balance) {}
