/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import java.util.concurrent.CompletionStage;

/** A company that moves money, and moves it once for each payment, however often it is asked. */
interface PaymentGateway {

  CompletionStage<String> charge(String payment, long cents);
}
