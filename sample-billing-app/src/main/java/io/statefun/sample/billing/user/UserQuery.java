/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

/**
 * Asks for a user.
 *
 * @param userId which
 */
public record UserQuery(String userId) {}
