/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.autoconfigure.EgressFor;
import io.statefun.io.Egress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

// tag::egress-bean[]
/** A file for each receipt, named by its id: a receipt that comes again replaces itself. */
@EgressFor("shop/receipts")
final class ReceiptFolder implements Egress {

  private final Path folder;

  ReceiptFolder(Path folder) {
    this.folder = folder;
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    try {
      Files.createDirectories(folder);
      for (Delivery delivery : batch) {
        Files.write(folder.resolve(delivery.id()), delivery.value().bytes());
      }
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e); // the whole batch comes again
    }
  }
}
// end::egress-bean[]
