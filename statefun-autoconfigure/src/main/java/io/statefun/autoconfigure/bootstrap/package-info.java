/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The first state of an application: from a database, from JSON lines, from CSV. */
@NullMarked
package io.statefun.autoconfigure.bootstrap;

import org.jspecify.annotations.NullMarked;
