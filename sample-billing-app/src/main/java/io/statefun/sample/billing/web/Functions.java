/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.web;

import java.util.concurrent.CompletableFuture;

/** How the rest of the application talks to the functions. */
public interface Functions {

  /** Sends a message; completes when it is committed. */
  CompletableFuture<Void> send(String type, String id, Object message);

  /** Sends a message and waits for the reply. */
  <T> CompletableFuture<T> request(String type, String id, Object message, Class<T> replyType);
}
