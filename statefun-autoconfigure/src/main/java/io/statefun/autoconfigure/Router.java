/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

/**
 * Decides which functions a record from outside is for. A bean of this type is used for the records
 * of its class, and of classes below it that have no router of their own.
 *
 * <pre>{@code
 * @Bean
 * Router<OrderPlaced> orders() {
 *   return (order, routes) -> {
 *     routes.send("shop/customer", order.customer(), order);
 *     order.items().forEach(item -> routes.send("shop/stock", item.product(), item));
 *   };
 * }
 * }</pre>
 *
 * <p>A router is called by several threads at once, and must depend on nothing but the record, so
 * that a record which is routed again has the same targets.
 *
 * @param <T> the records' class
 */
@FunctionalInterface
public interface Router<T> {

  /**
   * Routes a record.
   *
   * @param record what came in
   * @param routes takes the messages; of no use after the call
   */
  void route(T record, Routes routes);
}
