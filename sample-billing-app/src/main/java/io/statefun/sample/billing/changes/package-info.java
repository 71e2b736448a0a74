/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Change events of the user table: the envelope, the file they come in, and how it is made. */
@NullMarked
package io.statefun.sample.billing.changes;

import org.jspecify.annotations.NullMarked;
