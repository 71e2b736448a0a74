/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({
    "30d, P30D",
    "12h, PT12H",
    "15m, PT15M",
    "10s, PT10S",
    "500ms, PT0.5S",
    "PT10M, PT10M",
    "P1DT2H, PT26H",
    "0s, PT0S"
  })
  void durationIsRead(String text, Duration expected) {
    assertThat(Durations.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "30",
        "d",
        "30 d",
        "30D",
        "1w",
        "-5s",
        "PT-5S",
        "1.5h",
        "9223372036854775807d",
        "99999999999999999999s",
        "P1Y",
        "106751991168d"
      })
  void otherTextIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse(text))
        .withMessageContaining("'" + text + "'");
  }
}
