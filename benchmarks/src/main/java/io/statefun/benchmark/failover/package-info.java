/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/** The application whose process is killed; apart from others, as its functions are scanned for. */
@NullMarked
package io.statefun.benchmark.failover;

import org.jspecify.annotations.NullMarked;
