/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * Savepoints as they are stored: what there is, what belongs to one, and what becomes of those that
 * were not completed.
 */
@NullMarked
package io.statefun.savepoint;

import org.jspecify.annotations.NullMarked;
