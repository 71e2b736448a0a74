/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** The application's HTTP interface. */
@NullMarked
package io.statefun.sample.billing.web;

import org.jspecify.annotations.NullMarked;
