/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * Savepoints of the application: taken by an endpoint and a schedule, and looked after by a command
 * of the application's own jar.
 */
@NullMarked
package io.statefun.autoconfigure.savepoint;

import org.jspecify.annotations.NullMarked;
