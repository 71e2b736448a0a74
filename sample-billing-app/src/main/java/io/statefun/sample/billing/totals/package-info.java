/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Counts what happened, exactly once, as a function like any other. */
@NullMarked
package io.statefun.sample.billing.totals;

import org.jspecify.annotations.NullMarked;
