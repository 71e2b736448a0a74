/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.message.MessageTypeName;

// tag::sealed[]
@MessageTypeName("shop/parcel-event")
sealed interface ParcelEvent {

  record Posted(String carrier) implements ParcelEvent {}

  record Scanned(String place) implements ParcelEvent {}

  record HandedOver(String to) implements ParcelEvent {}
}
// end::sealed[]
