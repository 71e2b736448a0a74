/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

/**
 * Adds one to a count.
 *
 * @param count which
 */
public record Tally(Count count) {}
