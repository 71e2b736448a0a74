/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltInTypesTest {

  private static final HexFormat HEX = HexFormat.of();
  private static final int RUNS = 2_000;

  private final MessageTypes types = MessageTypes.standard();

  static Stream<Arguments> golden() {
    return Stream.of(
        Arguments.of("bool", true, "0801"),
        Arguments.of("bool", false, ""),
        Arguments.of("int", 5, "0d05000000"),
        Arguments.of("int", -1, "0dffffffff"),
        Arguments.of("int", Integer.MIN_VALUE, "0d00000080"),
        Arguments.of("int", 0, ""),
        Arguments.of("long", 5L, "090500000000000000"),
        Arguments.of("long", -2L, "09feffffffffffffff"),
        Arguments.of("long", 0L, ""),
        Arguments.of("float", 1.5f, "0d0000c03f"),
        Arguments.of("float", 0f, ""),
        Arguments.of("double", 1.5, "09000000000000f83f"),
        Arguments.of("double", 0.0, ""),
        Arguments.of("string", "hi", "0a026869"),
        Arguments.of("string", "é", "0a02c3a9"),
        Arguments.of("string", "", ""));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void valueHasTheProtocolsNameAndBytes(String name, Object value, String hex) {
    TypedValue typed = types.wrap(value);

    assertThat(typed.typeName()).hasToString("io.statefun.types/" + name);
    assertThat(HEX.formatHex(typed.bytes())).isEqualTo(hex);
  }

  @ParameterizedTest
  @MethodSource("golden")
  void protocolsBytesAreReadAsTheValue(String name, Object value, String hex) {
    MessageType<?> type = types.forClass(value.getClass());

    assertThat(type.deserialize(HEX.parseHex(hex))).isEqualTo(value);
  }

  @Test
  void negativeZeroIsReadWhetherItWasWrittenOrDropped() {
    MessageType<Float> floats = types.forClass(Float.class);
    MessageType<Double> doubles = types.forClass(Double.class);

    assertThat(floats.deserialize(HEX.parseHex("0d00000080")) == 0f).isTrue();
    assertThat(floats.deserialize(new byte[0]) == 0f).isTrue();
    assertThat(doubles.deserialize(HEX.parseHex("090000000000000080")) == 0.0).isTrue();
    assertThat(doubles.deserialize(new byte[0]) == 0.0).isTrue();
  }

  @Test
  void negativeZeroKeepsItsSign() {
    assertThat(afterBytes(-0.0)).isEqualTo(-0.0);
    assertThat(afterBytes(-0.0f)).isEqualTo(-0.0f);
  }

  @Test
  void explicitDefaultIsRead() {
    assertThat(types.forClass(Boolean.class).deserialize(HEX.parseHex("0800"))).isFalse();
    assertThat(types.forClass(String.class).deserialize(HEX.parseHex("0a00"))).isEmpty();
    assertThat(types.forClass(Integer.class).deserialize(HEX.parseHex("0d00000000"))).isZero();
  }

  @Test
  void unknownFieldIsSkippedAndLastValueCounts() {
    byte[] bytes = HEX.parseHex("0d01000000" + "1005" + "0d02000000");

    assertThat(types.forClass(Integer.class).deserialize(bytes)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0805", "0d0500", "0d", "090500000000000000", "0c", "ff"})
  void otherBytesAreNoInt(String hex) {
    MessageType<Integer> type = types.forClass(Integer.class);

    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> type.deserialize(HEX.parseHex(hex)))
        .withMessageContaining("io.statefun.types/int");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0a02ff41", "0a0568", "0805"})
  void otherBytesAreNoString(String hex) {
    MessageType<String> type = types.forClass(String.class);

    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> type.deserialize(HEX.parseHex(hex)))
        .withMessageContaining("io.statefun.types/string");
  }

  @Test
  void anyNumberComesBackAndHasProtobufsBytes() throws IOException {
    Random random = new Random(20_260_301);
    for (int i = 0; i < RUNS; i++) {
      long bits = random.nextLong() >> random.nextInt(64);

      assertSame((int) bits, out -> out.writeSFixed32(1, (int) bits));
      assertSame(bits, out -> out.writeSFixed64(1, bits));
      float number = Float.intBitsToFloat((int) bits);
      assertSame(number, out -> out.writeFloat(1, number));
      double large = Double.longBitsToDouble(bits);
      assertSame(large, out -> out.writeDouble(1, large));
    }
  }

  @Test
  void anyStringComesBackAndHasProtobufsBytes() throws IOException {
    Random random = new Random(20_260_302);
    for (int i = 0; i < RUNS; i++) {
      String text = text(random, random.nextInt(i % 100 == 0 ? 20_000 : 200));

      assertSame(text, out -> out.writeString(1, text));
    }
  }

  @Test
  void replacementCharacterIsAnOrdinaryCharacter() {
    assertThat(afterBytes("a\uFFFDb")).isEqualTo("a\uFFFDb");
  }

  @Test
  void bytesAreStoredAsTheyAre() {
    byte[] content = {1, 2, 3};

    assertThat(types.wrap(content).bytes()).containsExactly(1, 2, 3);
    assertThat(types.wrap(ByteString.copyFrom(content)).bytes()).containsExactly(1, 2, 3);
  }

  @Test
  void byteArrayAndByteStringHaveOneName() {
    assertThat(types.wrap(new byte[0]).typeName()).hasToString("io.statefun.types/bytes");
    assertThat(types.wrap(ByteString.EMPTY).typeName()).hasToString("io.statefun.types/bytes");
  }

  @Test
  void changingAByteArrayChangesNoTypedValue() {
    byte[] content = {1, 2, 3};
    TypedValue typed = types.wrap(content);
    content[0] = 9;

    byte[] received = typed.as(types.forClass(byte[].class));
    received[1] = 9;

    assertThat(typed.bytes()).containsExactly(1, 2, 3);
  }

  private Object afterBytes(Object value) {
    return types.forClass(value.getClass()).deserialize(types.wrap(value).bytes());
  }

  private void assertSame(Object value, Field field) throws IOException {
    byte[] bytes = types.wrap(value).bytes();
    if (bytes.length > 0) { // protobuf leaves a default out one level above this
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(expected);
      field.writeTo(out);
      out.flush();
      assertThat(bytes).isEqualTo(expected.toByteArray());
    }
    assertThat(afterBytes(value)).isEqualTo(value);
  }

  private interface Field {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int codePoint = random.nextInt(1 << (1 + random.nextInt(20)));
      if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
        text.appendCodePoint(codePoint);
      }
    }
    return text.toString();
  }
}
