/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TraceContext;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceHeaderTest {

  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final TraceContext CONTEXT =
      TraceContext.of(new LinkedHashMap<>(Map.of("traceparent", PARENT)));

  @Test
  void whatIsWrittenIsRead() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      TraceContext context = context(random);
      TraceCarrier read = TraceHeader.carried(stored(TraceHeader.carrying(context)));

      context.fields().forEach((name, value) -> assertThat(read.get(name)).isEqualTo(value));
      assertThat(read.get("another")).isNull();
    }
  }

  private static TraceContext context(Random random) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      fields.put(text(random, 1 + random.nextInt(20)), text(random, random.nextInt(400)));
    }
    return TraceContext.of(fields);
  }

  private static String text(Random random, int length) {
    String letters = "abc:=;-0\u00e9\u4e16 ";
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  /** Through the form in which a message rests and travels. */
  private static Map<String, byte[]> stored(Map<String, byte[]> headers) {
    ByteWriter out = new ByteWriter(64);
    MessageCodec.write(
        out,
        Message.of(
            Address.of("test/a", "1"), null, MessageTypes.standard().wrap("hello"), headers));
    return MessageCodec.read(new ByteReader(out.toByteArray())).headers();
  }

  @Test
  void aMessageInNoTraceIsStoredAsBefore() {
    ByteWriter before = new ByteWriter(64);
    ByteWriter now = new ByteWriter(64);
    Address target = Address.of("test/a", "1");
    MessageCodec.write(before, Message.of(target, null, MessageTypes.standard().wrap("hello")));
    MessageCodec.write(
        now,
        Message.of(
            target,
            null,
            MessageTypes.standard().wrap("hello"),
            TraceHeader.carrying(TraceContext.NONE)));

    assertThat(now.toByteArray()).isEqualTo(before.toByteArray());
  }

  /** What is stored must stay readable: never change this. */
  @Test
  void theStoredFormIsTheOneThatItHasAlwaysBeen() {
    ByteWriter out = new ByteWriter(64);
    MessageCodec.write(
        out,
        Message.of(
            Address.of("test/a", "1"),
            null,
            MessageTypes.standard().wrap("hello"),
            TraceHeader.carrying(CONTEXT)));

    assertThat(HexFormat.of().formatHex(out.toByteArray()))
        .isEqualTo(
            "0206746573742f61013118696f2e737461746566756e2e74797065732f737472696e67070a056865"
                + "6c6c6f010e737461746566756e2d7472616365437472616365706172656e743a30302d3462663932"
                + "6633353737623334646136613363653932396430653065343733362d303066303637616130626139"
                + "303262372d3031");
  }

  @ParameterizedTest
  @ValueSource(strings = {"traceparent", "Traceparent", "TRACEPARENT"})
  void aMessageFromOutsideIsWhereItsHeadersSay(String name) {
    TraceCarrier carried = TraceHeader.carried(Map.of(name, bytes(PARENT), "other", bytes("x")));

    assertThat(carried.get("traceparent")).isEqualTo(PARENT);
    assertThat(carried.get("tracestate")).isNull();
  }

  @Test
  void itsOwnHeaderCountsMoreThanThoseFromOutside() {
    TraceCarrier carried =
        TraceHeader.carried(
            Map.of(
                "traceparent",
                bytes("from outside"),
                "baggage",
                bytes("user=1"),
                TraceHeader.NAME,
                bytes("traceparent:" + PARENT)));

    assertThat(carried.get("traceparent")).isEqualTo(PARENT);
    assertThat(carried.get("baggage")).isNull();
  }

  @Test
  void functionsSeeEverythingButIt() {
    Map<String, byte[]> given = Map.of("page", bytes("start"));
    assertThat(TraceHeader.visible(given)).isSameAs(given);
    assertThat(
            TraceHeader.visible(
                Map.of("page", bytes("start"), TraceHeader.NAME, bytes("traceparent:" + PARENT))))
        .containsOnlyKeys("page");
  }

  @Test
  void whatIsNoneOfIt() {
    Random random = new Random(2);
    for (int i = 0; i < 1_000; i++) {
      byte[] bytes = new byte[random.nextInt(5_000)];
      random.nextBytes(bytes);
      assertThat(TraceHeader.carried(Map.of(TraceHeader.NAME, bytes)).get("traceparent")).isNull();
    }
  }

  @Test
  void aRecordLeavesWithItInTheFormThatOthersRead() {
    assertThat(TraceHeader.leaving(Map.of("page", bytes("start")), Map.of(), CONTEXT))
        .containsOnlyKeys("page", "traceparent")
        .hasEntrySatisfying(
            "traceparent",
            value -> assertThat(value).asString(StandardCharsets.UTF_8).isEqualTo(PARENT));
  }

  @Test
  void aRecordKeepsTheOneThatTheFunctionGaveIt() {
    Map<String, byte[]> given = Map.of("TraceParent", bytes("the function's own"));
    assertThat(TraceHeader.leaving(given, Map.of(), CONTEXT)).isSameAs(given);
  }

  @Test
  void aRecordDoesNotKeepTheOneThatTheFunctionOnlyPassesOn() {
    Map<String, byte[]> received = Map.of("Traceparent", bytes("where the message was"));
    assertThat(TraceHeader.leaving(Map.copyOf(received), received, CONTEXT))
        .containsOnlyKeys("traceparent")
        .hasEntrySatisfying(
            "traceparent",
            value -> assertThat(value).asString(StandardCharsets.UTF_8).isEqualTo(PARENT));
  }

  @Test
  void fieldsThatAreTooMuchAreLeftOutAndOthersStay() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("traceparent", PARENT);
    fields.put("baggage", "x".repeat(TraceContext.MAX_LENGTH));
    fields.put("line", "a\nb");
    fields.put("na:me", "a");
    fields.put("tracestate", "k=v");

    assertThat(TraceContext.of(fields).fields())
        .containsExactly(Map.entry("traceparent", PARENT), Map.entry("tracestate", "k=v"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
