/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.sql.Array;
import java.sql.Clob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A column of a result, whose values are read as classes that JSON knows. */
record JdbcColumn(String name, Values values) {

  static JdbcColumn of(ResultSetMetaData metadata, int index) throws SQLException {
    String typeName = metadata.getColumnTypeName(index).toLowerCase(Locale.ROOT);
    return new JdbcColumn(
        metadata.getColumnLabel(index), values(metadata.getColumnType(index), typeName, index));
  }

  private static Values values(int type, String typeName, int index) {
    return switch (type) {
      case Types.BIGINT ->
          result -> {
            long value = result.getLong(index);
            return value == 0 && result.wasNull() ? null : (Object) value;
          };
      case Types.INTEGER, Types.SMALLINT, Types.TINYINT ->
          result -> {
            int value = result.getInt(index);
            return value == 0 && result.wasNull() ? null : (Object) value;
          };
      case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.NVARCHAR ->
          result -> result.getString(index);
      case Types.DECIMAL, Types.NUMERIC -> result -> result.getBigDecimal(index);
      case Types.DATE -> result -> result.getObject(index, LocalDate.class);
      case Types.TIME -> result -> result.getObject(index, LocalTime.class);
      case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
          type == Types.TIMESTAMP_WITH_TIMEZONE || typeName.equals("timestamptz")
              ? result -> result.getObject(index, OffsetDateTime.class)
              : result -> result.getObject(index, LocalDateTime.class);
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
          typeName.equals("uuid")
              ? result -> result.getObject(index, UUID.class)
              : result -> result.getBytes(index);
      default -> result -> plain(result.getObject(index));
    };
  }

  private static @Nullable Object plain(@Nullable Object value) throws SQLException {
    if (value instanceof Array array) {
      return array.getArray() instanceof Object[] elements ? Arrays.asList(elements) : null;
    }
    if (value instanceof Clob clob) {
      return clob.getSubString(1, Math.toIntExact(clob.length()));
    }
    if (value == null
        || value instanceof UUID
        || value instanceof byte[]
        || value.getClass().getName().startsWith("java.lang.")) {
      return value;
    }
    // Such as a JSON value, of which drivers have classes of their own.
    return value.toString();
  }

  /** All columns as one: a map by their names as Java has them. */
  static JdbcColumn all(List<JdbcColumn> columns) {
    List<String> names = columns.stream().map(column -> JavaNames.of(column.name())).toList();
    return new JdbcColumn(
        RowSource.ALL,
        result -> {
          Map<String, @Nullable Object> row = new LinkedHashMap<>();
          for (int i = 0; i < names.size(); i++) {
            row.put(names.get(i), columns.get(i).read(result));
          }
          return row;
        });
  }

  @Nullable Object read(ResultSet result) throws SQLException {
    return values.read(result);
  }

  /** Reads the value of a row. */
  interface Values {

    @Nullable Object read(ResultSet result) throws SQLException;
  }
}
