/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/** An application that begins with what a database has, in processes that are killed meanwhile. */
@NullMarked
package io.statefun.benchmark.bootstrap;

import org.jspecify.annotations.NullMarked;
