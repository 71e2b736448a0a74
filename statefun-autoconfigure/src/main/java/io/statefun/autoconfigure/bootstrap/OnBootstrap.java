/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether the properties name anything that the application begins with. */
final class OnBootstrap extends SpringBootCondition {

  @Override
  public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata type) {
    boolean named =
        Binder.get(context.getEnvironment())
            .bind("statefun.bootstrap", Bindable.mapOf(String.class, Object.class))
            .map(Map::isEmpty)
            .map(empty -> !empty)
            .orElse(false);
    return new ConditionOutcome(
        named,
        ConditionMessage.forCondition("statefun.bootstrap")
            .because(named ? "it names inputs" : "it names none"));
  }
}
