/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import io.statefun.engine.StateFunEngine;
import io.statefun.message.TypeName;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.io.Resource;
import org.springframework.util.ClassUtils;

/** Finds what is behind the properties among the beans. */
final class ConfiguredInputs implements BootstrapRun.Inputs {

  private static final String CSV = "tools.jackson.dataformat.csv.CsvMapper";

  private final BeanFactory beans;
  private final @Nullable Composer composer;

  ConfiguredInputs(BeanFactory beans, @Nullable Composer composer) {
    this.beans = beans;
    this.composer = composer;
  }

  @Override
  public RowSource source(BootstrapProperties.Input input) throws IOException {
    String query = input.query();
    if (query != null) {
      JdbcSource source =
          new JdbcSource(
              database(input.dataSource()), query, input.id(), input.pageRows(), input.fetchSize());
      if (input.countRows()) {
        var unused = CompletableFuture.runAsync(source::count);
      }
      return source;
    }
    Resource json = input.json();
    return json == null
        ? new FileSource(Objects.requireNonNull(input.csv()), csv(input.separator()))
        : new FileSource(json, new JsonLines(requireComposer().mapper()));
  }

  private Composer requireComposer() throws BootstrapSourceException {
    Composer made = composer;
    if (made == null) {
      throw new BootstrapSourceException(
          "JSON is to be read, and Jackson is missing.",
          "Add tools.jackson.core:jackson-databind to the class path.",
          null);
    }
    return made;
  }

  private static FileSource.Format csv(char separator) throws BootstrapSourceException {
    if (!ClassUtils.isPresent(CSV, ConfiguredInputs.class.getClassLoader())) {
      throw new BootstrapSourceException(
          "CSV is to be read, and what reads it is missing.",
          "Add tools.jackson.dataformat:jackson-dataformat-csv to the class path.",
          null);
    }
    return new CsvRecords(separator);
  }

  private DataSource database(@Nullable String name) throws BootstrapSourceException {
    try {
      return name == null ? beans.getBean(DataSource.class) : beans.getBean(name, DataSource.class);
    } catch (BeansException e) {
      throw new BootstrapSourceException(
          name == null
              ? "The application has not one data source for the query: " + e.getMessage() + "."
              : "The application has no data source '" + name + "': " + e.getMessage() + ".",
          "Configure spring.datasource, or name the bean in the property data-source beside the"
              + " query.",
          e);
    }
  }

  @Override
  public InputMapping mapping(BootstrapProperties.Input input, StateFunEngine engine) {
    return new InputMapping(
        input.id(),
        input.states(),
        engine.states(TypeName.parse(Objects.requireNonNull(input.function()))),
        composer);
  }
}
