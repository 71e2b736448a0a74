/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.app;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The test application as its users would write it. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Main {

  @Bean
  Step step() {
    return new Step(10);
  }

  @Bean
  TestApplication.Received received() {
    return new TestApplication.Received();
  }
}
