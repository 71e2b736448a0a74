/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.tutorial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Runs commands as a person does. */
final class Shell {

  private Shell() {}

  /** What commands print, which must succeed. */
  static String run(String commands) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-e", "-c", commands)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(commands).isZero();
    return output;
  }
}
