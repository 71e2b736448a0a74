/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

/**
 * A period in which a payment is scheduled has ended.
 *
 * @param period its number
 * @param schedule the number of the schedule that it was in; one that is not the last is void
 */
record PeriodEnded(int period, int schedule) {}
