/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Runs the engine inside a Spring Boot application, from its beans and its configuration. */
@NullMarked
package io.statefun.autoconfigure;

import org.jspecify.annotations.NullMarked;
