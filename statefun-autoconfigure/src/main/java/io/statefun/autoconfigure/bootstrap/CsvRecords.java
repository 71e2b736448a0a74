/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.ObjectReader;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/** Records of CSV, the first of which names the columns. A value that is empty is none. */
final class CsvRecords implements FileSource.Format {

  private final ObjectReader reader;

  CsvRecords(char separator) {
    this.reader =
        CsvMapper.builder()
            .enable(CsvReadFeature.WRAP_AS_ARRAY, CsvReadFeature.SKIP_EMPTY_LINES)
            .build()
            .readerFor(String[].class)
            .with(CsvSchema.emptySchema().withColumnSeparator(separator));
  }

  @Override
  public boolean hasQuotes() {
    return true;
  }

  @Override
  public boolean hasHeader() {
    return true;
  }

  @Override
  public Parser parser(List<String> columns, RecordStream beginning, String description)
      throws IOException {
    if (beginning.next() == 0) {
      throw new BootstrapSourceException(
          "The first line of " + description + " must name the columns, and there is none.",
          "Put the names there.",
          null);
    }
    String[] header = parse(beginning, 1, description)[0];
    int[] places = new int[columns.size()];
    for (int i = 0; i < places.length; i++) {
      String column = columns.get(i);
      places[i] = column.equals(RowSource.ALL) ? -1 : Arrays.asList(header).indexOf(column);
      if (places[i] < 0 && !column.equals(RowSource.ALL)) {
        throw new BootstrapSourceException(
            "There is no column '"
                + column
                + "' in "
                + description
                + ". It has "
                + Arrays.asList(header)
                + ".",
            "Correct the column's name.",
            null);
      }
    }
    List<String> names = Arrays.stream(header).map(JavaNames::of).toList();
    return (records, count) -> rows(parse(records, count, description), places, names);
  }

  private String[][] parse(RecordStream records, int count, String description)
      throws BootstrapSourceException {
    int start = records.start(0);
    String[][] parsed = new String[count][];
    int found = 0;
    try (MappingIterator<String[]> all =
        reader.readValues(records.buffer(), start, records.end(count - 1) - start)) {
      while (found < count && all.hasNext()) {
        parsed[found++] = all.next();
      }
      if (all.hasNext()) {
        throw malformed(records, count - 1, description, null);
      }
    } catch (JacksonException e) {
      throw malformed(records, Math.min(found, count - 1), description, e);
    }
    if (found < count) {
      throw malformed(records, found, description, null);
    }
    return parsed;
  }

  private static BootstrapSourceException malformed(
      RecordStream records, int index, String description, @Nullable JacksonException cause) {
    return new BootstrapSourceException(
        "The record that ends about byte "
            + records.position(index)
            + " of "
            + description
            + " is not CSV"
            + (cause == null ? "." : ": " + cause.getOriginalMessage() + "."),
        "Correct the record, or the separator.",
        cause);
  }

  private static @Nullable Object[][] rows(String[][] parsed, int[] places, List<String> names) {
    @Nullable Object[][] rows = new Object[parsed.length][];
    for (int i = 0; i < rows.length; i++) {
      String[] record = parsed[i];
      @Nullable Object[] row = new Object[places.length];
      for (int column = 0; column < places.length; column++) {
        row[column] = places[column] < 0 ? all(record, names) : value(record, places[column]);
      }
      rows[i] = row;
    }
    return rows;
  }

  private static @Nullable String value(String[] record, int place) {
    return place < record.length && !record[place].isEmpty() ? record[place] : null;
  }

  private static Map<String, String> all(String[] record, List<String> names) {
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String value = value(record, i);
      if (value != null) {
        row.put(names.get(i), value);
      }
    }
    return row;
  }
}
