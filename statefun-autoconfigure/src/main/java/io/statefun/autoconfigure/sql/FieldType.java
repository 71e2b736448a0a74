/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What SQL knows of a state or a field of it. All may be null. */
sealed interface FieldType {

  /** One without parts. */
  enum Scalar implements FieldType {
    TRUTH,
    INTEGER,
    DECIMAL,
    DOUBLE,
    TEXT,
    DATE,
    /** A point in time as it reads in UTC, or one without a zone, in milliseconds. */
    TIMESTAMP,
    /** Anything, as the text of its JSON. */
    JSON,
    /** What a type that has no fields tells of its values. */
    DESCRIPTION
  }

  /** One with fields of its own. */
  record Struct(Map<String, FieldType> fields) implements FieldType {

    public Struct {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }

  /** A list. */
  record ListOf(FieldType entry) implements FieldType {}

  /** A map by texts. */
  record MapOf(FieldType value) implements FieldType {}
}
