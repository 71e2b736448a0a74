/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.slice;

import org.springframework.stereotype.Service;

@Service
class PriceList {

  PriceList() {
    throw new IllegalStateException("There is no price list in tests");
  }

  PriceList(long unused) {}

  long priceOf(String item) {
    return item.length();
  }
}
