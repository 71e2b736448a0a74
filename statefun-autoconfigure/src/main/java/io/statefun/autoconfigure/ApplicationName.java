/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The application's name, which is stored with its data and is part of the default directories.
 *
 * @param value the name
 */
public record ApplicationName(String value) {

  private static final Path DATA = Path.of("data");

  /**
   * Finds the name.
   *
   * @throws StateFunConfigurationException if there is none: a default would be stored, and the
   *     data not be found any more when the application is given a name
   */
  static ApplicationName of(StateFunProperties properties, Environment environment) {
    String name = properties.applicationName();
    if (name == null) {
      name = environment.getProperty("spring.application.name");
    }
    if (!StringUtils.hasText(name)) {
      throw new StateFunConfigurationException(
          "The application has no name, under which the state of its functions could be stored.",
          "Set spring.application.name, or statefun.application-name if the two must differ. Do not"
              + " change it later.");
    }
    return new ApplicationName(name);
  }

  /** The directory of the local state: as configured, or the default one. */
  public Path localDirectory(@Nullable Path configured) {
    return configured == null ? directory().resolve("local") : configured;
  }

  Path snapshotDirectory(@Nullable Path configured) {
    return configured == null ? directory().resolve("snapshots") : configured;
  }

  private Path directory() {
    String safe = value.replaceAll("[^A-Za-z0-9._-]", "_");
    return DATA.resolve(safe.startsWith(".") ? "_" + safe : safe);
  }

  @Override
  public String toString() {
    return value;
  }
}
