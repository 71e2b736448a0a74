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
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsonFormatVisitors.JsonArrayFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonBooleanFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatTypes;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitable;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsonFormatVisitors.JsonIntegerFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonMapFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonNumberFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonStringFormatVisitor;

/**
 * The fields of a class, as Jackson writes them. A class whose values may be of several classes is
 * JSON, as its fields are not known before.
 */
final class ClassFields {

  private static final Set<Class<?>> TIMES =
      Set.of(
          Instant.class,
          OffsetDateTime.class,
          ZonedDateTime.class,
          LocalDateTime.class,
          Date.class);

  private final JsonMapper mapper;
  private final Depth depth = new Depth();

  ClassFields(JsonMapper mapper) {
    this.mapper = mapper;
  }

  FieldType of(Class<?> type) {
    JavaType java = mapper.constructType(type);
    return of(java, null, visitor -> mapper.acceptJsonFormatVisitor(java, visitor));
  }

  /** Has a serializer tell a visitor what it writes. */
  private interface Telling {
    void tell(JsonFormatVisitorWrapper visitor);
  }

  private FieldType of(JavaType type, @Nullable SerializationContext context, Telling telling) {
    return depth.into(
        type,
        () -> {
          Visitor visitor = new Visitor();
          visitor.setContext(context);
          try {
            telling.tell(visitor);
          } catch (JacksonException | UnsupportedOperationException | IllegalArgumentException e) {
            return Scalar.JSON; // A serializer that cannot tell.
          }
          return visitor.type();
        });
  }

  private FieldType of(
      JavaType type,
      @Nullable SerializationContext context,
      @Nullable JsonFormatVisitable written) {
    return written == null
        ? Scalar.JSON
        : of(type, context, visitor -> written.acceptJsonFormatVisitor(visitor, type));
  }

  private static boolean hasOneClass(JavaType type, @Nullable SerializationContext context) {
    return type.isConcrete() && (context == null || context.findTypeSerializer(type) == null);
  }

  /** Takes down what a serializer says that it writes. */
  private final class Visitor extends JsonFormatVisitorWrapper.Base {

    private @Nullable FieldType scalar = Scalar.JSON;
    private @Nullable Map<String, FieldType> fields;

    FieldType type() {
      Map<String, FieldType> all = fields;
      if (all != null) {
        return all.isEmpty() ? Scalar.JSON : new Struct(all);
      }
      FieldType known = scalar;
      return known == null ? Scalar.JSON : known;
    }

    @Override
    public @Nullable JsonObjectFormatVisitor expectObjectFormat(JavaType type) {
      if (!hasOneClass(type, getContext())) {
        return null;
      }
      Map<String, FieldType> all = new LinkedHashMap<>();
      fields = all;
      return new Properties(getContext(), all);
    }

    @Override
    public JsonArrayFormatVisitor expectArrayFormat(JavaType type) {
      return new JsonArrayFormatVisitor.Base(getContext()) {
        @Override
        public void itemsFormat(JsonFormatVisitable handler, JavaType element) {
          scalar = new ListOf(of(element, getContext(), handler));
        }

        @Override
        public void itemsFormat(JsonFormatTypes format) {
          scalar =
              new ListOf(
                  switch (format) {
                    case STRING -> Scalar.TEXT;
                    case NUMBER -> Scalar.DOUBLE;
                    case INTEGER -> Scalar.INTEGER;
                    case BOOLEAN -> Scalar.TRUTH;
                    default -> Scalar.JSON;
                  });
        }
      };
    }

    @Override
    public JsonMapFormatVisitor expectMapFormat(JavaType type) {
      return new JsonMapFormatVisitor.Base(getContext()) {
        @Override
        public void valueFormat(JsonFormatVisitable handler, JavaType valueType) {
          scalar = new MapOf(of(valueType, getContext(), handler));
        }
      };
    }

    @Override
    public JsonStringFormatVisitor expectStringFormat(JavaType type) {
      Class<?> raw = type.getRawClass();
      scalar =
          TIMES.contains(raw)
              ? Scalar.TIMESTAMP
              : raw == LocalDate.class ? Scalar.DATE : Scalar.TEXT;
      return new JsonStringFormatVisitor.Base();
    }

    @Override
    public JsonNumberFormatVisitor expectNumberFormat(JavaType type) {
      scalar = Scalar.DECIMAL;
      return new JsonNumberFormatVisitor.Base() {
        @Override
        public void numberType(NumberType format) {
          scalar = number(format);
        }
      };
    }

    @Override
    public JsonIntegerFormatVisitor expectIntegerFormat(JavaType type) {
      scalar = Scalar.DECIMAL;
      return new JsonIntegerFormatVisitor.Base() {
        @Override
        public void numberType(NumberType format) {
          scalar = number(format);
        }
      };
    }

    @Override
    public JsonBooleanFormatVisitor expectBooleanFormat(JavaType type) {
      scalar = Scalar.TRUTH;
      return new JsonBooleanFormatVisitor.Base();
    }

    private static FieldType number(@Nullable NumberType format) {
      if (format == null) {
        return Scalar.DECIMAL;
      }
      return switch (format) {
        case INT, LONG -> Scalar.INTEGER;
        case FLOAT, DOUBLE -> Scalar.DOUBLE;
        default -> Scalar.DECIMAL;
      };
    }
  }

  /** Takes down the properties of an object. */
  private final class Properties extends JsonObjectFormatVisitor.Base {

    private final Map<String, FieldType> fields;

    Properties(@Nullable SerializationContext context, Map<String, FieldType> fields) {
      super(context);
      this.fields = fields;
    }

    @Override
    public void property(BeanProperty property) {
      optionalProperty(property);
    }

    @Override
    public void optionalProperty(BeanProperty property) {
      SerializationContext context = getContext();
      if (context != null) {
        ValueSerializer<?> writer =
            context.findPrimaryPropertySerializer(property.getType(), property);
        fields.put(property.getName(), of(property.getType(), context, writer));
      }
    }

    @Override
    public void property(String name, JsonFormatVisitable handler, JavaType type) {
      fields.put(name, of(type, getContext(), handler));
    }

    @Override
    public void optionalProperty(String name, JsonFormatVisitable handler, JavaType type) {
      fields.put(name, of(type, getContext(), handler));
    }
  }
}
