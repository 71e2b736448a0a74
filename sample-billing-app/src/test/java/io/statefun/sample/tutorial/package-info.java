/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The steps of the tutorial, run one after the other. */
@NullMarked
package io.statefun.sample.tutorial;

import org.jspecify.annotations.NullMarked;
