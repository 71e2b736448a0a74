/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import com.google.protobuf.ByteString;
import io.statefun.benchmark.ChainLoad;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/** The chain from topic to topic as an application with stateful functions. */
@SpringBootConfiguration
@EnableAutoConfiguration
public class KafkaChainApplication {

  private static final ByteString EMPTY = ByteString.copyFrom(new byte[ChainLoad.STATE_BYTES]);

  /** Runs it until the process is told to end. */
  public static void main(String[] arguments) {
    new SpringApplicationBuilder(KafkaChainApplication.class)
        .web(WebApplicationType.NONE)
        .run(arguments);
  }

  /** Without it, steps would be written as JSON whenever they are sent. */
  @Bean
  MessageType<KafkaChainStep> stepType() {
    return new KafkaChainStepType();
  }

  /** Reads and writes 100 bytes and a counter, and sends a message on. */
  @StatefulFunction(ChainLoad.FUNCTION_A)
  static final class Counter {

    private static final TypeName NEXT = TypeName.parse(ChainLoad.FUNCTION_B);

    private final ChainLoad load;

    Counter(@Value("${benchmark.keys}") int keys) {
      this.load = new ChainLoad(keys);
    }

    @MessageHandler
    void on(
        Long event,
        @State("payload") ValueState<ByteString> payload,
        @State("count") ValueState<Long> count,
        Context context) {
      long newCount = count.getOrDefault(0L) + 1;
      payload.set(ChainLoad.nextState(payload.getOrDefault(EMPTY), event));
      count.set(newCount);
      context.send(Address.of(NEXT, load.secondKey(event)), new KafkaChainStep(event, newCount));
    }
  }

  /** Reads and writes 100 bytes and a sum, and emits a record. */
  @StatefulFunction(ChainLoad.FUNCTION_B)
  static final class Summer {

    private static final TypeName RESULTS = TypeName.parse(ChainLoad.EGRESS);

    @MessageHandler
    void on(
        KafkaChainStep step,
        @State("payload") ValueState<ByteString> payload,
        @State("sum") ValueState<Long> sum,
        Context context) {
      long newSum = sum.getOrDefault(0L) + step.event();
      payload.set(ChainLoad.nextState(payload.getOrDefault(EMPTY), step.event()));
      sum.set(newSum);
      context.egress(EgressRecord.of(RESULTS, step.result(newSum)).withKey(context.self().id()));
    }
  }
}
