/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/**
 * The functions over HTTP, for callers who are no functions: calls and messages with and without a
 * key, the states of instances, and the dead letters.
 */
@NullMarked
package io.statefun.autoconfigure.api;

import org.jspecify.annotations.NullMarked;
