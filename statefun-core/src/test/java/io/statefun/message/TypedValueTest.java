/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class TypedValueTest {

  private final MessageTypes types = MessageTypes.standard();

  record Point(int x, int y) {}

  record Broken(int x) {

    @Override
    public int x() {
      throw new IllegalStateException("no x");
    }
  }

  @Test
  void valueIsHandedOverAsItIsIfItCannotChange() {
    Point point = new Point(1, 2);

    assertThat(types.wrap(point).as(types.forClass(Point.class))).isSameAs(point);
  }

  @Test
  void valueThatCanChangeIsCopied() {
    byte[] bytes = {1, 2};
    TypedValue value = types.wrap(bytes);

    bytes[0] = 9;

    assertThat(value.as(types.forClass(byte[].class))).containsExactly(1, 2);
  }

  @Test
  void whoMadeAValueThatCannotBeWrittenHearsOfItAtOnce() {
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> types.wrap(new Broken(1)))
        .withStackTraceContaining("no x");
  }

  @Test
  void valuesAreEqualIfNamesAndBytesAre() {
    TypedValue value = types.wrap(7L);

    assertThat(value).isEqualTo(TypedValue.ofBytes(value.typeName(), value.bytes()));
    assertThat(value).isNotEqualTo(types.wrap(8L));
    assertThat(value).isNotEqualTo(types.wrap(7));
  }

  @Test
  void textOfAValueHidesItsContent() {
    assertThat(types.wrap("secret").toString()).doesNotContain("secret");
  }
}
