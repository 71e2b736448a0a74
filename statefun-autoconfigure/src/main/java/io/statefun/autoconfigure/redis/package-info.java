/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Stores snapshots in the application's Redis. */
@NullMarked
package io.statefun.autoconfigure.redis;

import org.jspecify.annotations.NullMarked;
