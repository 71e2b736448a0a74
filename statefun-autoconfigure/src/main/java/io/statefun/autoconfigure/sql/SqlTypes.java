/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.autoconfigure.sql.FieldType.ListOf;
import io.statefun.autoconfigure.sql.FieldType.MapOf;
import io.statefun.autoconfigure.sql.FieldType.Scalar;
import io.statefun.autoconfigure.sql.FieldType.Struct;
import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.rel.type.StructKind;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * The types that SQL has for fields. Texts have all characters; sums and averages have room; a
 * value with fields is an array at run time.
 */
final class SqlTypes extends JavaTypeFactoryImpl {

  /** Digits of numbers, of which Java's have as many as they like. */
  private static final int PRECISION = 100;

  /** Digits behind the point. */
  static final int SCALE = 30;

  SqlTypes() {
    super(new Numbers());
  }

  @Override
  public Charset getDefaultCharset() {
    return StandardCharsets.UTF_8;
  }

  @Override
  public Type getJavaClass(RelDataType type) {
    return type.getSqlTypeName() == SqlTypeName.ROW ? Object[].class : super.getJavaClass(type);
  }

  static RelDataType row(List<FunctionTable.Column> columns, RelDataTypeFactory types) {
    RelDataTypeFactory.Builder row = types.builder();
    for (FunctionTable.Column column : columns) {
      row.add(
          column.name(),
          column.state() == null
              ? types.createSqlType(SqlTypeName.VARCHAR)
              : of(column.type(), types));
    }
    return row.build();
  }

  static RelDataType of(FieldType type, RelDataTypeFactory types) {
    return types.createTypeWithNullability(notNull(type, types), true);
  }

  private static RelDataType notNull(FieldType type, RelDataTypeFactory types) {
    if (type instanceof Struct struct) {
      RelDataTypeFactory.Builder fields = types.builder().kind(StructKind.PEEK_FIELDS_NO_EXPAND);
      struct.fields().forEach((name, field) -> fields.add(name, of(field, types)));
      return fields.build();
    }
    if (type instanceof ListOf list) {
      return types.createArrayType(of(list.entry(), types), -1);
    }
    if (type instanceof MapOf map) {
      return types.createMapType(types.createSqlType(SqlTypeName.VARCHAR), of(map.value(), types));
    }
    return switch ((Scalar) type) {
      case TRUTH -> types.createSqlType(SqlTypeName.BOOLEAN);
      case INTEGER -> types.createSqlType(SqlTypeName.BIGINT);
      case DECIMAL -> types.createSqlType(SqlTypeName.DECIMAL, PRECISION, SCALE);
      case DOUBLE -> types.createSqlType(SqlTypeName.DOUBLE);
      case DATE -> types.createSqlType(SqlTypeName.DATE);
      case TIMESTAMP -> types.createSqlType(SqlTypeName.TIMESTAMP, 3);
      case TEXT, JSON, DESCRIPTION -> types.createSqlType(SqlTypeName.VARCHAR);
    };
  }

  /** How wide numbers are. */
  private static final class Numbers extends RelDataTypeSystemImpl {

    @Override
    public int getMaxPrecision(SqlTypeName type) {
      return type == SqlTypeName.DECIMAL ? PRECISION : super.getMaxPrecision(type);
    }

    @Override
    public int getMaxScale(SqlTypeName type) {
      return type == SqlTypeName.DECIMAL ? SCALE : super.getMaxScale(type);
    }

    @Override
    public int getMaxNumericPrecision() {
      return PRECISION;
    }

    @Override
    public int getMaxNumericScale() {
      return SCALE;
    }

    @Override
    public int getDefaultPrecision(SqlTypeName type) {
      return type == SqlTypeName.DECIMAL ? PRECISION : super.getDefaultPrecision(type);
    }

    @Override
    public boolean shouldConvertRaggedUnionTypesToVarying() {
      return true;
    }

    @Override
    public RelDataType deriveSumType(RelDataTypeFactory types, RelDataType argument) {
      return wide(types, argument, 0);
    }

    @Override
    public RelDataType deriveAvgAggType(RelDataTypeFactory types, RelDataType argument) {
      return wide(types, argument, SCALE);
    }

    private static RelDataType wide(RelDataTypeFactory types, RelDataType argument, int scale) {
      RelDataType wide =
          switch (argument.getSqlTypeName()) {
            case TINYINT, SMALLINT, INTEGER, BIGINT ->
                types.createSqlType(SqlTypeName.DECIMAL, PRECISION, scale);
            case DECIMAL ->
                types.createSqlType(
                    SqlTypeName.DECIMAL, PRECISION, Math.max(scale, argument.getScale()));
            default -> argument;
          };
      return types.createTypeWithNullability(wide, argument.isNullable());
    }
  }
}
