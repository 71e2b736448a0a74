/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFunctionsTest {

  @ParameterizedTest
  @CsvSource({
    "abc, abc, '', true",
    "abc, ab, '', false",
    "ab, abc, '', false",
    "abc, a%, '', true",
    "abc, %c, '', true",
    "abc, %, '', true",
    "'', %, '', true",
    "'', '', '', true",
    "'', _, '', false",
    "abc, a_c, '', true",
    "abc, __, '', false",
    "aXbXc, a%b%c, '', true",
    "ababac, %abac, '', true",
    "a%c, a!%c, !, true",
    "abc, a!%c, !, false",
    "a!c, a!!c, !, true",
    "a.c, a.c, '', true",
    "abc, a.c, '', false",
  })
  void textsAreComparedWithPatterns(String text, String pattern, String escape, boolean like) {
    assertThat(TextFunctions.like(text, pattern, escape)).isEqualTo(like);
  }

  @Test
  void noPatternTakesForEver() {
    String text = "a".repeat(10_000);
    String pattern = "%a".repeat(500) + "b";

    assertThat(TextFunctions.like(text, pattern, "")).isFalse();
  }

  @Test
  void anEscapeAtTheEndIsRefused() {
    assertThatThrownBy(() -> TextFunctions.like("a", "a!", "!"))
        .hasMessageContaining("ends with its escape");
  }

  @Test
  void textsThatWouldBeTooLongAreRefused() {
    String text = "a".repeat(600_000);

    assertThatThrownBy(() -> TextFunctions.join(text, text)).hasMessageContaining("1000000");
  }
}
