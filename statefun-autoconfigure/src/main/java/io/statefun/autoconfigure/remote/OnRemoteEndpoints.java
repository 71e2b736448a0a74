/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if the configuration has endpoints of functions that run elsewhere. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnRemoteEndpoints.HasEndpoints.class)
@interface OnRemoteEndpoints {

  /** Looks whether there are any. */
  final class HasEndpoints extends SpringBootCondition {

    private static final String PROPERTY = "statefun.remote.endpoints";

    @Override
    public ConditionOutcome getMatchOutcome(
        ConditionContext context, AnnotatedTypeMetadata metadata) {
      boolean any =
          Binder.get(context.getEnvironment())
              .bind(PROPERTY, Bindable.mapOf(String.class, Object.class))
              .map(Map::size)
              .map(size -> size > 0)
              .orElse(false);
      ConditionMessage.Builder message = ConditionMessage.forCondition("Remote endpoints");
      return any
          ? ConditionOutcome.match(message.foundExactly(PROPERTY))
          : ConditionOutcome.noMatch(message.didNotFind(PROPERTY).atAll());
    }
  }
}
