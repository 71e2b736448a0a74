/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * An answer that comes later.
 *
 * @param source becomes what the answer tells; who gives up waiting ends it
 * @param text makes the answer of it
 */
record ApiAnswer<T>(CompletableFuture<T> source, Function<T, ApiResponse> text) {

  static ApiAnswer<ApiResponse> of(ApiResponse response) {
    return new ApiAnswer<>(CompletableFuture.completedFuture(response), Function.identity());
  }

  /** The answer, or what is said in place of it if there is none. */
  CompletableFuture<ApiResponse> response(Function<Throwable, ApiResponse> failed) {
    return source.thenApply(text).exceptionally(failed);
  }
}
