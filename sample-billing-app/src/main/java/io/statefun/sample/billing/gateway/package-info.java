/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The application's side of the way to the provider and back. */
@NullMarked
package io.statefun.sample.billing.gateway;

import org.jspecify.annotations.NullMarked;
