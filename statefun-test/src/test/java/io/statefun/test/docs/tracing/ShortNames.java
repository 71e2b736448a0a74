/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.tracing;

import io.micrometer.common.KeyValues;
import io.statefun.autoconfigure.trace.InvocationObservationContext;
import io.statefun.autoconfigure.trace.InvocationObservationConvention;
import org.springframework.stereotype.Component;

// tag::convention[]
@Component
class ShortNames implements InvocationObservationConvention {

  @Override
  public String getContextualName(InvocationObservationContext context) {
    return context.invocation().function().name();
  }

  @Override
  public KeyValues getHighCardinalityKeyValues(InvocationObservationContext context) {
    return KeyValues.empty(); // ids are nobody's business here
  }
}
// end::convention[]
