/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

import io.statefun.message.MessageTypeName;

/**
 * Adds one to a count.
 *
 * @param count which
 */
@MessageTypeName("billing/tally")
public record Tally(Count count) {}
