/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations as annotations have them: {@code 30d}, {@code 500ms}, {@code PT10M}. */
final class Durations {

  private static final Pattern SIMPLE = Pattern.compile("(\\d+)(ms|s|m|h|d)");

  private Durations() {}

  /**
   * Reads a duration that is not negative and can be counted in milliseconds.
   *
   * @throws IllegalArgumentException if the text is no such duration
   */
  static Duration parse(String text) {
    try {
      Duration duration = read(text);
      if (!duration.isNegative() && duration.toMillis() >= 0) {
        return duration;
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a duration", e);
    }
    throw new IllegalArgumentException("'" + text + "' is a negative duration");
  }

  private static Duration read(String text) {
    Matcher simple = SIMPLE.matcher(text);
    if (!simple.matches()) {
      return Duration.parse(text);
    }
    long amount = Long.parseLong(simple.group(1));
    return switch (simple.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
