/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Reading a file of lines that grows, from any position. */
@NullMarked
package io.statefun.sample.billing.lines;

import org.jspecify.annotations.NullMarked;
