/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.io.Ingress;
import io.statefun.message.TypeName;
import java.util.List;

/** A bean, which Spring closes after the engine. */
record IngressBean(Ingress bean) implements Ingress {

  @Override
  public TypeName name() {
    return bean.name();
  }

  @Override
  public List<Split> splits() {
    return bean.splits();
  }
}
