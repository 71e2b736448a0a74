/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if the configuration names functions that may be called or looked at over HTTP. */
final class OnExposedFunctions extends SpringBootCondition {

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    Binder binder = Binder.get(context.getEnvironment());
    boolean any = has(binder, "statefun.api.call") || has(binder, "statefun.api.read");
    ConditionMessage.Builder message = ConditionMessage.forCondition("Functions over HTTP");
    return any
        ? ConditionOutcome.match(message.found("function").items("statefun.api"))
        : ConditionOutcome.noMatch(message.didNotFind("function").items("statefun.api"));
  }

  private static boolean has(Binder binder, String property) {
    return !binder.bind(property, Bindable.setOf(String.class)).orElse(Set.of()).isEmpty();
  }
}
