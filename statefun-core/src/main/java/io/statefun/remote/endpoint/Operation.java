/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.message.TypedValue;
import java.util.concurrent.CompletionStage;

/**
 * An asynchronous operation that a handler has begun.
 *
 * @param request what the handler remembers it by
 * @param stage the operation
 */
record Operation(TypedValue request, CompletionStage<?> stage) {}
