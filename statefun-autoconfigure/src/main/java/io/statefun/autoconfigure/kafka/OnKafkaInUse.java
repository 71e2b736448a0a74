/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if the application has an ingress or an egress of Kafka, unless it says so itself. */
final class OnKafkaInUse extends SpringBootCondition {

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    Binder binder = Binder.get(context.getEnvironment());
    boolean any =
        isBound(binder, "statefun.kafka.ingress[0]") || isBound(binder, "statefun.kafka.egress[0]");
    boolean inUse = binder.bind("statefun.kafka.enabled", Boolean.class).orElse(any);
    return new ConditionOutcome(
        inUse,
        ConditionMessage.forCondition("Kafka")
            .because(inUse ? "statefun.kafka is configured" : "statefun.kafka is not in use"));
  }

  private static boolean isBound(Binder binder, String name) {
    return binder.bind(name, Bindable.mapOf(String.class, Object.class)).isBound();
  }
}
