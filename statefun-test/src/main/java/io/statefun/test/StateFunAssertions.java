/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

/** The entry point to assertions on functions, to be imported beside AssertJ's own. */
public final class StateFunAssertions {

  private StateFunAssertions() {}

  /** Begins assertions on what the functions of a harness have done. */
  public static FunctionHarnessAssert assertThat(FunctionHarness harness) {
    return new FunctionHarnessAssert(harness);
  }
}
