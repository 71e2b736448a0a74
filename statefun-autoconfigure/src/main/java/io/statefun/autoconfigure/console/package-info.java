/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/**
 * A page for people who look after the application: what its functions do and what waits, the
 * commits, the partitions, dead letters, and all that an instance has.
 */
@NullMarked
package io.statefun.autoconfigure.console;

import org.jspecify.annotations.NullMarked;
