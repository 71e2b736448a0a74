/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The console.
 *
 * @param enabled Whether the application serves the console. Spring Boot's developer tools switch
 *     it on unless this says otherwise. Who may see it is for Spring Security to say.
 * @param path The path of its page.
 * @param writable Whether dead letters can be replayed, changed and discarded by it, and savepoints
 *     be taken. Who may do so is for Spring Security to say.
 */
@ConfigurationProperties("statefun.console")
public record ConsoleProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("/statefun") String path,
    @DefaultValue("false") boolean writable) {

  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

  public ConsoleProperties {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException(
          "statefun.console.path must begin with '/', not end with it, and have no special"
              + " characters: "
              + path);
    }
  }
}
