/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.test.docs.shop.Messages.Decision;
import org.springframework.stereotype.Service;

// tag::complete[]
@Service
class Approvals {

  private final StateFunTemplate statefun;

  Approvals(StateFunTemplate statefun) {
    this.statefun = statefun;
  }

  /** The page behind the link in the mail has two buttons, and this is what they do. */
  void decide(String token, boolean approved) {
    statefun.complete(token, new Decision(approved)).join(); // committed, if it returns
  }
}
// end::complete[]
