/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * Tests functions: alone and in simulated time with a {@link io.statefun.test.FunctionHarness}, or
 * in a whole application that is killed with a {@link io.statefun.test.CrashableApplication}.
 */
@NullMarked
package io.statefun.test;

import org.jspecify.annotations.NullMarked;
