/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import io.statefun.message.MessageTypeName;

/**
 * The pause after a declined attempt is over.
 *
 * @param attempt the attempt that comes next
 */
@MessageTypeName("billing/retry-payment")
record RetryPayment(int attempt) {}
