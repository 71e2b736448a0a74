/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.kafka;

/** Somebody has ordered something. */
record OrderPlaced(String customer, long cents) {}
