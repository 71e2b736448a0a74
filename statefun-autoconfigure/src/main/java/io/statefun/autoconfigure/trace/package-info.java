/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Follows events from function to function, as Micrometer observations, and remembers the last. */
@NullMarked
package io.statefun.autoconfigure.trace;

import org.jspecify.annotations.NullMarked;
