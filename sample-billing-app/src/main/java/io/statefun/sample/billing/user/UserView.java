/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link UserQuery}.
 *
 * @param userId which
 * @param known whether the user was ever seen
 * @param subscription the row, or null if it is gone
 * @param closedThrough the last period whose payment is settled for good
 * @param scheduledPeriod the period at whose end the next payment is scheduled, or null
 * @param scheduledAt when that is
 * @param due how many payments were due
 * @param paid how many of them succeeded
 * @param givenUp how many of them were given up
 */
public record UserView(
    String userId,
    boolean known,
    @Nullable Subscription subscription,
    int closedThrough,
    @Nullable Integer scheduledPeriod,
    @Nullable Instant scheduledAt,
    int due,
    int paid,
    int givenUp) {}
