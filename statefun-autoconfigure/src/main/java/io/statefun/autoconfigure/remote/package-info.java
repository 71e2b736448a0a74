/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * Functions that run elsewhere, behind HTTP: their endpoints in the application's configuration.
 */
@NullMarked
package io.statefun.autoconfigure.remote;

import org.jspecify.annotations.NullMarked;
