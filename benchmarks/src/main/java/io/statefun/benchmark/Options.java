/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of the form {@code --name=value} or {@code --name}. */
public final class Options {

  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException if there is one of another name
   */
  public Options(String[] arguments, String... names) {
    List<String> known = Arrays.asList(names);
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (!name.startsWith("--") || !known.contains(name.substring(2))) {
        throw new IllegalArgumentException("Unknown option " + argument + "; known: " + known);
      }
      values.put(name.substring(2), equals < 0 ? "true" : argument.substring(equals + 1));
    }
  }

  public long number(String name, long otherwise) {
    String value = values.get(name);
    return value == null ? otherwise : Long.parseLong(value.replace("_", ""));
  }

  public int integer(String name, int otherwise) {
    return Math.toIntExact(number(name, otherwise));
  }

  public double decimal(String name, double otherwise) {
    String value = values.get(name);
    return value == null ? otherwise : Double.parseDouble(value);
  }

  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }
}
