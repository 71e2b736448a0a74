/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;

/** Prepares an application to carry out the command {@code savepoint} in place of its work. */
final class SavepointCommandEnvironment implements EnvironmentPostProcessor {

  /** Set if it is to. */
  static final String PROPERTY = "statefun.internal.savepoint-command";

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    if (!isCommand(environment)) {
      return;
    }
    Map<String, Object> settings = new HashMap<>();
    settings.put(PROPERTY, "true");
    settings.put("spring.main.web-application-type", "none");
    settings.put("spring.main.banner-mode", "off");
    settings.put("logging.threshold.console", "warn");
    String partitions = environment.getProperty("partitions");
    if (partitions != null) {
      settings.put("statefun.partitions", partitions);
    }
    environment.getPropertySources().addFirst(new MapPropertySource("savepointCommand", settings));
  }

  private static boolean isCommand(ConfigurableEnvironment environment) {
    PropertySource<?> arguments =
        environment
            .getPropertySources()
            .get(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME);
    Object words =
        arguments == null
            ? null
            : arguments.getProperty(
                CommandLinePropertySource.DEFAULT_NON_OPTION_ARGS_PROPERTY_NAME);
    return words instanceof String text
        && (text.equals(SavepointCommand.NAME) || text.startsWith(SavepointCommand.NAME + ","));
  }
}
