/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/** The remote chain in Apache Flink Stateful Functions, which is built apart from all else. */
package io.statefun.benchmark.peer;
