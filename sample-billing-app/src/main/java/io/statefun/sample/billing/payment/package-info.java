/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The payment function: asks for a payment until it is paid or given up. */
@NullMarked
package io.statefun.sample.billing.payment;

import org.jspecify.annotations.NullMarked;
