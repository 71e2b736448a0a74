/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.TypeName;
import java.util.List;

/** Gives records to the methods with {@link EgressListener}. */
final class ListenerEgress extends SequentialEgress {

  private final TypeName name;
  private final List<EgressListenerMethod> methods;

  ListenerEgress(TypeName name, List<EgressListenerMethod> methods) {
    super(name);
    this.name = name;
    this.methods = List.copyOf(methods);
  }

  @Override
  void deliver(Delivery delivery) throws Exception {
    boolean taken = false;
    for (EgressListenerMethod method : methods) {
      taken |= method.deliver(delivery);
    }
    if (!taken) {
      throw new IllegalStateException(
          "No method with @EgressListener(\"%s\") takes a value of type %s"
              .formatted(name, delivery.value().typeName()));
    }
  }
}
