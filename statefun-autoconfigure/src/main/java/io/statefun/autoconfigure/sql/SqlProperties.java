/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * SQL over the states of functions.
 *
 * @param enabled Whether what functions know can be asked by SQL, for which
 *     org.apache.calcite:calcite-core must be there. Over HTTP it can be only if statefun.api.sql
 *     says so too.
 * @param maxRows How many rows an answer has at most.
 * @param timeout How long a statement runs at most.
 * @param maxConcurrent How many statements run at a time; more are refused.
 * @param maxLength How many characters a statement has at most.
 * @param maxMemory How much a statement holds at most, about: rows that it sorts, joins or groups,
 *     and its answer.
 */
@ConfigurationProperties("statefun.sql")
public record SqlProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("10000") int maxRows,
    @DefaultValue("30s") Duration timeout,
    @DefaultValue("2") int maxConcurrent,
    @DefaultValue("10000") int maxLength,
    @DefaultValue("64MB") DataSize maxMemory) {

  public SqlProperties {
    if (maxRows < 1 || maxRows > 1_000_000) {
      throw new IllegalArgumentException("statefun.sql.max-rows must be 1 to 1000000: " + maxRows);
    }
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException("statefun.sql.timeout must be at least 1 ms: " + timeout);
    }
    if (maxConcurrent < 1) {
      throw new IllegalArgumentException(
          "statefun.sql.max-concurrent must be at least 1: " + maxConcurrent);
    }
    if (maxLength < 1 || maxLength > 100_000) {
      throw new IllegalArgumentException(
          "statefun.sql.max-length must be 1 to 100000: " + maxLength);
    }
    if (maxMemory.toBytes() < 1) {
      throw new IllegalArgumentException(
          "statefun.sql.max-memory must be at least 1 byte: " + maxMemory);
    }
  }
}
