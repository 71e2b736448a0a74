/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * An answer that comes later.
 *
 * @param source becomes what the answer tells; who gives up waiting ends it
 * @param text makes the answer of it
 * @param large whether that takes time, which the thread that completes the source does not have
 */
record ApiAnswer<T>(CompletableFuture<T> source, Function<T, ApiResponse> text, boolean large) {

  /** One of which there is little to tell. */
  static <T> ApiAnswer<T> small(CompletableFuture<T> source, Function<T, ApiResponse> text) {
    return new ApiAnswer<>(source, text, false);
  }

  /** One that may have a lot to tell. */
  static <T> ApiAnswer<T> large(CompletableFuture<T> source, Function<T, ApiResponse> text) {
    return new ApiAnswer<>(source, text, true);
  }

  /** One that is there already. */
  static ApiAnswer<ApiResponse> of(ApiResponse response) {
    return small(CompletableFuture.completedFuture(response), Function.identity());
  }

  /**
   * The answer, or what is said in place of it if there is none.
   *
   * @param threads make large answers
   */
  CompletableFuture<ApiResponse> response(
      Function<Throwable, ApiResponse> failed, Executor threads) {
    CompletableFuture<ApiResponse> response =
        large ? source.thenApplyAsync(text, threads) : source.thenApply(text);
    return response.exceptionally(failed);
  }
}
