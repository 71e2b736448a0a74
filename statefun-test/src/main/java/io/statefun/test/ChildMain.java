/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * What a {@link CrashableApplication} starts in the child: the application's main method, beside a
 * thread that ends the child when its parent dies, however that happens.
 */
final class ChildMain {

  private ChildMain() {}

  /**
   * Runs the application.
   *
   * @param arguments the main class, then the application's own arguments
   */
  public static void main(String[] arguments) throws Throwable {
    Thread watcher = new Thread(ChildMain::awaitParentsEnd, "parent-watcher");
    watcher.setDaemon(true);
    watcher.start();
    Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** The child's input ends when the parent has no end of the pipe any more. */
  private static void awaitParentsEnd() {
    try {
      while (System.in.read() >= 0) {
        // nobody writes
      }
    } catch (IOException e) {
      // the pipe is broken: as good as its end
    }
    Runtime.getRuntime().halt(1);
  }
}
