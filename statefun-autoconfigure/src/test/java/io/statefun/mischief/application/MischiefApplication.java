/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief.application;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * An application whose functions are all elsewhere; hence a package of its own, as functions in its
 * package would be its own.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
public class MischiefApplication {

  public static void main(String[] arguments) {
    SpringApplication.run(MischiefApplication.class, arguments);
  }
}
