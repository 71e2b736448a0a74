/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/**
 * Questions about the states of many instances, and their answers: what {@link
 * io.statefun.query.StateQuery} asks, a {@link io.statefun.query.StatePage} tells.
 */
@NullMarked
package io.statefun.query;

import org.jspecify.annotations.NullMarked;
