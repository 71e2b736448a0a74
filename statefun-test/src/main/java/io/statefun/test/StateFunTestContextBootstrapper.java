/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Bootstraps tests with {@link StateFunTest}. */
class StateFunTestContextBootstrapper extends TestSliceTestContextBootstrapper<StateFunTest> {}
