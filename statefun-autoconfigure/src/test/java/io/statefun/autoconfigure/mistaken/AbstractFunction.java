/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.mistaken;

import io.statefun.function.StatefulFunction;

/** Cannot be a function. */
@StatefulFunction("test/abstract")
public abstract class AbstractFunction {}
