/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** What an engine tells who follows an event from function to function, and what messages carry. */
@NullMarked
package io.statefun.trace;

import org.jspecify.annotations.NullMarked;
