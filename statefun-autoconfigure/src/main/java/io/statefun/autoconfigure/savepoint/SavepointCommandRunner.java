/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import java.util.function.IntConsumer;
import org.springframework.boot.ApplicationArguments;
import org.springframework.context.SmartLifecycle;

/**
 * Carries out the command when the application's beans are there and none of them is started, and
 * ends the process then.
 */
final class SavepointCommandRunner implements SmartLifecycle {

  private final SavepointCommand command;
  private final ApplicationArguments arguments;
  private final IntConsumer exit;

  /**
   * @param exit ends the process
   */
  SavepointCommandRunner(
      SavepointCommand command, ApplicationArguments arguments, IntConsumer exit) {
    this.command = command;
    this.arguments = arguments;
    this.exit = exit;
  }

  @Override
  public void start() {
    exit.accept(command.run(arguments));
  }

  @Override
  public void stop() {
    // It has ended the process.
  }

  @Override
  public boolean isRunning() {
    return false;
  }

  /** Before everything else. */
  @Override
  public int getPhase() {
    return Integer.MIN_VALUE;
  }
}
