/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The billing application: starts everything, and binds its configuration. */
@NullMarked
package io.statefun.sample.billing;

import org.jspecify.annotations.NullMarked;
