/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** What a function needs in a test: a context, states, and a small world in which all run. */
@NullMarked
package io.statefun.sample.billing.fake;

import org.jspecify.annotations.NullMarked;
