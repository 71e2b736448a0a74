/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.state.RocksDbBackend;
import io.statefun.test.docs.shop.Messages.Delivered;
import io.statefun.test.docs.shop.Messages.GetOrder;
import io.statefun.test.docs.shop.Messages.OrderPlaced;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The engine in a plain Java process. */
final class WithoutSpring {

  private WithoutSpring() {}

  static Order run(Path folder, List<Object> receipts) throws IOException {
    // tag::types[]
    MessageTypes types = MessageTypes.builder().add(new IsbnType()).build();
    // end::types[]
    // tag::plain[]
    try (FileSnapshotStore store = FileSnapshotStore.open(folder.resolve("snapshots"), "shop");
        StateFunEngine engine =
            StateFunEngine.builder("shop")
                .snapshotStore(store)
                .stateBackend(
                    application ->
                        RocksDbBackend.in(folder.resolve("local"))
                            .incarnation(application.id().toString())
                            .partitions(application.partitions())
                            .open())
                .scratchFolder(folder.resolve("local/scratch"))
                .messageTypes(types)
                .function(new OrderFunction())
                .function(new StockFunction())
                .egress(
                    "shop/receipts",
                    batch -> {
                      batch.forEach(delivery -> receipts.add(delivery.value()));
                      return CompletableFuture.completedFuture(null);
                    })
                .build()) {
      engine.start();
      engine.send(Address.of("shop/stock", "book"), new Delivered(10)).join();
      engine.send(Address.of("shop/order", "o1"), new OrderPlaced("ann", "book")).join();
      return engine.request(Address.of("shop/order", "o1"), new GetOrder(), Order.class).join();
    }
    // end::plain[]
  }
}
