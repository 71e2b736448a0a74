/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.remote.protocol.KafkaProducerRecord;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Byte for byte what other implementations of the protocol send and take. */
class GoldenBytesTest {

  private static final String FIRST_REQUEST =
      "a206310a0b0a0265781202666e1a01611a2212200a15696f2e737461746566756e2e74797065732f696e74"
          + "10011a050d05000000";

  private static final CancellationToken TOKEN = CancellationToken.of("t1");

  @StatefulFunction("ex/fn")
  static class Counter {

    @MessageHandler
    void on(
        Integer step, @State(value = "seen", expireAfterAccess = "1m") ValueState<Integer> seen) {
      seen.update(0, before -> before + 1);
    }
  }

  @StatefulFunction("ex/fn")
  static class Idle {

    @MessageHandler
    void on(Integer step) {}
  }

  @StatefulFunction("ex/fn")
  static class Canceller {

    @MessageHandler
    void on(Integer step, Context context) {
      context.cancel(TOKEN);
    }
  }

  @StatefulFunction("ex/fn")
  static class Delayer {

    @MessageHandler
    void on(Integer step, Context context) {
      context.sendAfter(Duration.ofSeconds(1), context.self(), true, TOKEN);
    }
  }

  @Test
  void statesThatAreMissingAreDeclared() throws Exception {
    assertThat(reply(new Counter(), FIRST_REQUEST))
        .isEqualTo(
            "aa06270a250a047365656e1206080210e0d4031a15696f2e737461746566756e2e74797065732f696e74");
  }

  @Test
  void aStateThatIsKnownAndEmptyIsWritten() throws Exception {
    String retry =
        "a206390a0b0a0265781202666e1a016112060a047365656e1a2212200a15696f2e737461746566756e2e74"
            + "797065732f696e7410011a050d05000000";
    assertThat(reply(new Counter(), retry))
        .isEqualTo(
            "a2062c0a2a080112047365656e1a200a15696f2e737461746566756e2e74797065732f696e7410011a05"
                + "0d01000000");
  }

  @Test
  void aFunctionThatDoesNothingRepliesWithAnEmptyResult() throws Exception {
    assertThat(reply(new Idle(), FIRST_REQUEST)).isEqualTo("a20600");
  }

  @Test
  void aDelayedMessageIsCancelled() throws Exception {
    assertThat(reply(new Canceller(), FIRST_REQUEST)).isEqualTo("a206081a0650015a027431");
  }

  @Test
  void aDelayedMessageIsSent() throws Exception {
    assertThat(reply(new Delayer(), FIRST_REQUEST))
        .isEqualTo(
            "a206361a3408e807120b0a0265781202666e1a01611a1e0a16696f2e737461746566756e2e7479706573"
                + "2f626f6f6c10011a0208015a027431");
  }

  @Test
  void builtInValuesHaveTheFixedForms() {
    assertThat(hex(5)).isEqualTo("0d05000000");
    assertThat(hex(-1)).isEqualTo("0dffffffff");
    assertThat(hex(5L)).isEqualTo("090500000000000000");
    assertThat(hex(true)).isEqualTo("0801");
    assertThat(hex(1.5f)).isEqualTo("0d0000c03f");
    assertThat(hex(1.5)).isEqualTo("09000000000000f83f");
    assertThat(hex("hi")).isEqualTo("0a026869");
  }

  @Test
  void aRecordForKafkaHasTheFixedForm() {
    KafkaProducerRecord forKafka =
        KafkaProducerRecord.newBuilder()
            .setKey("k")
            .setValueBytes(com.google.protobuf.ByteString.copyFromUtf8("v"))
            .setTopic("t")
            .build();
    assertThat(hex(forKafka)).isEqualTo("0a016b1201761a0174");
    assertThat(Served.TYPES.wrap(forKafka).typeName())
        .hasToString("type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord");
  }

  private static String reply(Object function, String request) throws Exception {
    RequestReplyHandler handler = Served.builder(function).build();
    return HexFormat.of().formatHex(handler.handle(HexFormat.of().parseHex(request)));
  }

  private static String hex(Object value) {
    return HexFormat.of().formatHex(Served.TYPES.wrap(value).bytes());
  }
}
