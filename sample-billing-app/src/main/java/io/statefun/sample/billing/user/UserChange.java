/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import org.jspecify.annotations.Nullable;

/**
 * A user's row was written or removed.
 *
 * @param userId whose
 * @param version when, or null for a tombstone that does not say it
 * @param row the row as it is now, or null if it is gone
 */
public record UserChange(String userId, @Nullable Version version, @Nullable Subscription row) {}
