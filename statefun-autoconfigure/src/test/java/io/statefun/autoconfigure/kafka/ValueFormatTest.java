/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ValueFormatTest {

  private final ValueFormat format = new ValueFormat(MessageTypes.standard());

  @Test
  void textIsReadAsItWasWritten() {
    Function<byte[], Object> reader = format.reader(String.class);

    for (String text : new String[] {"", "plain", "Grüße, 世界 🌍", "a \uFFFD that was there"}) {
      assertThat(reader.apply(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
    }
  }

  @Test
  void whatIsNoTextIsRefused() {
    Function<byte[], Object> reader = format.reader(String.class);

    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> reader.apply(new byte[] {'a', (byte) 0xC3}))
        .withMessageContaining("no text in UTF-8");
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> reader.apply(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}));
  }

  @Test
  void numbersAreReadFromText() {
    Function<byte[], Object> reader = format.reader(Long.class);

    assertThat(reader.apply(" 42\n".getBytes(StandardCharsets.UTF_8))).isEqualTo(42L);
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> reader.apply("4x2".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("no number");
  }
}
