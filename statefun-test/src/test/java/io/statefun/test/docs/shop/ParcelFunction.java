/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypedValue;

// tag::dispatch[]
@StatefulFunction("shop/parcel")
class ParcelFunction {

  @MessageHandler
  void on(ParcelEvent.HandedOver end, @State("receiver") ValueState<String> receiver) {
    receiver.set(end.to());
  }

  @MessageHandler
  void on(ParcelEvent event, @State("events") ListState<ParcelEvent> events) {
    events.add(event); // Posted and Scanned
  }

  @MessageHandler
  void on(TypedValue other, @State("strange") ListState<String> strange) {
    strange.add(other.typeName().toString()); // whatever is no ParcelEvent
  }
}
// end::dispatch[]
