/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import java.util.Locale;
import java.util.StringJoiner;

/** A line of JSON with numbers, texts and truths, in the order in which they were added. */
public final class Report {

  private final StringJoiner line = new StringJoiner(", ", "{", "}");

  public Report add(String name, long value) {
    line.add('"' + name + "\": " + value);
    return this;
  }

  public Report add(String name, boolean value) {
    line.add('"' + name + "\": " + value);
    return this;
  }

  public Report add(String name, double value) {
    line.add('"' + name + "\": " + String.format(Locale.ROOT, "%.2f", value));
    return this;
  }

  /** Adds a number with three digits behind the point, as one that is close to another. */
  public Report addPrecise(String name, double value) {
    line.add('"' + name + "\": " + String.format(Locale.ROOT, "%.3f", value));
    return this;
  }

  public Report add(String name, String value) {
    line.add('"' + name + "\": \"" + value + '"');
    return this;
  }

  public Report add(String name, Report value) {
    line.add('"' + name + "\": " + value);
    return this;
  }

  @Override
  public String toString() {
    return line.toString();
  }
}
