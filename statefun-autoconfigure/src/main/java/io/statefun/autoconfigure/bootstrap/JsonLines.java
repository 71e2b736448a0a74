/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** A JSON object on each line. */
final class JsonLines implements FileSource.Format {

  private final ObjectReader reader;

  JsonLines(JsonMapper mapper) {
    this.reader = mapper.readerFor(JsonNode.class);
  }

  @Override
  public boolean hasQuotes() {
    return false;
  }

  @Override
  public boolean hasHeader() {
    return false;
  }

  @Override
  public Parser parser(List<String> columns, RecordStream beginning, String description) {
    String[] names = columns.toArray(String[]::new);
    return (records, count) -> {
      @Nullable Object[][] rows = new Object[count][];
      for (int i = 0; i < count; i++) {
        rows[i] = row(names, records, i, description);
      }
      return rows;
    };
  }

  private @Nullable Object[] row(
      String[] names, RecordStream records, int index, String description)
      throws BootstrapSourceException {
    JsonNode object;
    int start = records.start(index);
    try {
      object = reader.readValue(records.buffer(), start, records.end(index) - start);
    } catch (JacksonException e) {
      throw malformed(records, index, description, e.getOriginalMessage(), e);
    }
    if (!object.isObject()) {
      throw malformed(records, index, description, "It is no object", null);
    }
    @Nullable Object[] row = new Object[names.length];
    for (int i = 0; i < names.length; i++) {
      row[i] = names[i].equals(RowSource.ALL) ? object : plain(object.get(names[i]));
    }
    return row;
  }

  private static BootstrapSourceException malformed(
      RecordStream records, int index, String description, String why, @Nullable Throwable cause) {
    return new BootstrapSourceException(
        "The line that ends at byte "
            + records.position(index)
            + " of "
            + description
            + " is no JSON object: "
            + why
            + ".",
        "Correct the line.",
        cause);
  }

  private static @Nullable Object plain(@Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (node.isString()) {
      return node.asString();
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.asLong();
    }
    if (node.isNumber()) {
      return node.numberValue();
    }
    return node.isBoolean() ? (Object) node.asBoolean() : node;
  }
}
