/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The user function: knows a user's subscription, and when which payment is due. */
@NullMarked
package io.statefun.sample.billing.user;

import org.jspecify.annotations.NullMarked;
