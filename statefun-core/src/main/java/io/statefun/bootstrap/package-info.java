/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * What is to become a savepoint, while it is gathered: sorted runs of entries in the snapshot
 * store, how they are merged, and which of several processes gathers.
 */
@NullMarked
package io.statefun.bootstrap;

import org.jspecify.annotations.NullMarked;
