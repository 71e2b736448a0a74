/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** An application with accounts, which several processes share. */
@NullMarked
package io.statefun.bank;

import org.jspecify.annotations.NullMarked;
