/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Services on this machine, for the sample's scripts. They are for trying out, and no others. */
@NullMarked
package io.statefun.sample.billing.services;

import org.jspecify.annotations.NullMarked;
