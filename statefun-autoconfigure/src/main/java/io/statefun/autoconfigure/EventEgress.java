/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.TypeName;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes records as {@link EgressEvent}. */
final class EventEgress extends SequentialEgress {

  private final ValueReader reader;
  private final ApplicationEventPublisher publisher;

  EventEgress(TypeName name, ValueReader reader, ApplicationEventPublisher publisher) {
    super(name);
    this.reader = reader;
    this.publisher = publisher;
  }

  @Override
  void deliver(Delivery delivery) {
    publisher.publishEvent(
        new EgressEvent<>(
            delivery.id(),
            delivery.egress(),
            reader.read(delivery.value()),
            delivery.key(),
            delivery.headers()));
  }
}
