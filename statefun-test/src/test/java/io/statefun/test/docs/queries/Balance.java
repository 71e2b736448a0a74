/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.queries;

/** What there is. */
record Balance(long amount, String currency) {

  static final Balance NOTHING = new Balance(0, "EUR");

  Balance plus(long more) {
    return new Balance(amount + more, currency);
  }
}
