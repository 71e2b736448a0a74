/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import com.google.protobuf.ByteString;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;

/** The two functions of the chain, as an application's author writes them who cares for speed. */
final class ChainFunctions {

  private static final ByteString EMPTY = ByteString.copyFrom(new byte[ChainLoad.STATE_BYTES]);

  private ChainFunctions() {}

  /** Asks an instance of function A how many events it has counted. */
  record ReadCount() {}

  /** Reads and writes 100 bytes and a counter, and sends a message on. */
  @StatefulFunction(ChainLoad.FUNCTION_A)
  static final class FunctionA {

    private static final TypeName NEXT = TypeName.parse(ChainLoad.FUNCTION_B);

    private final ChainLoad load;

    FunctionA(ChainLoad load) {
      this.load = load;
    }

    @MessageHandler
    void on(
        Long event,
        @State("payload") ValueState<ByteString> payload,
        @State("count") ValueState<Long> count,
        Context context) {
      payload.set(ChainLoad.nextState(payload.getOrDefault(EMPTY), event));
      count.set(count.getOrDefault(0L) + 1);
      context.send(Address.of(NEXT, load.secondKey(event)), event);
    }

    @MessageHandler
    void on(ReadCount read, @State("count") ValueState<Long> count, Context context) {
      context.reply(count.getOrDefault(0L));
    }
  }

  /** Reads and writes 100 bytes, and emits a record. */
  @StatefulFunction(ChainLoad.FUNCTION_B)
  static final class FunctionB {

    private static final TypeName RESULTS = TypeName.parse(ChainLoad.EGRESS);

    @MessageHandler
    void on(Long event, @State("payload") ValueState<ByteString> payload, Context context) {
      payload.set(ChainLoad.nextState(payload.getOrDefault(EMPTY), event));
      context.egress(EgressRecord.of(RESULTS, event));
    }
  }
}
