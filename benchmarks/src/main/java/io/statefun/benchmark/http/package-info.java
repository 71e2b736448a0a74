/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/** Counters that are called over HTTP, each answer after its commit. */
package io.statefun.benchmark.http;
