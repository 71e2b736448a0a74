/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

/**
 * Asks for all counts.
 *
 * @param id of the instance that is asked
 */
public record TotalsQuery(String id) {}
