/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import io.statefun.message.TypeName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;
import org.springframework.util.StringUtils;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of the first state.
 *
 * @param bootstrap What the application begins with if it holds nothing when it is started: rows of
 *     databases and files that become instances, by names of your choice.
 */
@ConfigurationProperties("statefun")
public record BootstrapProperties(@DefaultValue Map<String, Input> bootstrap) implements Validator {

  public BootstrapProperties {
    bootstrap = new LinkedHashMap<>(bootstrap);
  }

  /**
   * Rows that become instances of a function.
   *
   * @param function The type of the function, namespace/name.
   * @param query The SQL query that finds the rows. It must have a column with the id, by which the
   *     database can sort fast.
   * @param dataSource The name of the bean that is the data source of the query. The default is the
   *     only one, or the primary one.
   * @param json The file with the rows as JSON, an object on each line.
   * @param csv The file with the rows as CSV, the first of which names the columns.
   * @param separator The character between the columns of CSV.
   * @param id The column, or the field of JSON, with the id of the instance.
   * @param states For each state the column that it is made of, several of them with commas between
   *     them, or * for all.
   * @param pageRows The number of rows that are asked of the database at a time.
   * @param fetchSize The number of rows that the database's driver fetches at a time.
   * @param countRows Whether the database counts the rows first, so that the share of them that is
   *     done can be told.
   */
  public record Input(
      @Nullable String function,
      @Nullable String query,
      @Nullable String dataSource,
      @Nullable Resource json,
      @Nullable Resource csv,
      @DefaultValue(",") char separator,
      @DefaultValue("id") String id,
      @DefaultValue Map<String, String> states,
      @DefaultValue("100000") int pageRows,
      @DefaultValue("5000") int fetchSize,
      @DefaultValue("true") boolean countRows) {

    public Input {
      states = new LinkedHashMap<>(states);
    }

    private void validate(String name, Errors errors) {
      String path = "bootstrap[" + name + "].";
      if (function == null || !isTypeName(function)) {
        errors.rejectValue(path + "function", "type", "must name a function, namespace/name");
      }
      if (Stream.of(query, json, csv).filter(java.util.Objects::nonNull).count() != 1) {
        errors.rejectValue(path + "query", "one", "must be set, or json, or csv: one of them");
      }
      if (dataSource != null && query == null) {
        errors.rejectValue(path + "dataSource", "unused", "is of use with a query alone");
      }
      if (!StringUtils.hasText(id)) {
        errors.rejectValue(path + "id", "empty", "must name a column");
      }
      if (states.isEmpty()) {
        errors.rejectValue(path + "states", "empty", "must name a state, and what it is made of");
      }
      if (pageRows < 1) {
        errors.rejectValue(path + "pageRows", "min", "must be at least 1");
      }
      if (fetchSize < 1) {
        errors.rejectValue(path + "fetchSize", "min", "must be at least 1");
      }
    }

    private static boolean isTypeName(String text) {
      try {
        TypeName unused = TypeName.parse(text);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
  }

  @Override
  public boolean supports(Class<?> type) {
    return type == BootstrapProperties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    bootstrap.forEach((name, input) -> input.validate(name, errors));
  }
}
