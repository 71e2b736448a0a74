/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.serving;

import io.statefun.autoconfigure.lambda.FunctionLambdaHandler;

/** The application as a function of AWS Lambda. */
// tag::lambda[]
public class GreeterLambda extends FunctionLambdaHandler {

  public GreeterLambda() {
    super(GreeterApplication.class);
  }
}

// end::lambda[]
