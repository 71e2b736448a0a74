/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Looks at where snapshots are stored, and where base snapshots are if that is elsewhere. */
final class OnSnapshotStore extends SpringBootCondition {

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    Map<String, Object> attributes =
        Objects.requireNonNull(
            metadata.getAnnotationAttributes(ConditionalOnSnapshotStore.class.getName()));
    StateFunProperties.Snapshot.Store wanted =
        (StateFunProperties.Snapshot.Store) Objects.requireNonNull(attributes.get("value"));
    Binder binder = Binder.get(context.getEnvironment());
    boolean matches =
        wanted == store(binder, "store", StateFunProperties.Snapshot.Store.FILE)
            || wanted == store(binder, "bases", null);
    return new ConditionOutcome(
        matches,
        ConditionMessage.forCondition(ConditionalOnSnapshotStore.class)
            .because((matches ? "snapshots are in " : "no snapshots are in ") + wanted));
  }

  private static StateFunProperties.Snapshot.@org.jspecify.annotations.Nullable Store store(
      Binder binder,
      String property,
      StateFunProperties.Snapshot.@org.jspecify.annotations.Nullable Store missing) {
    return binder
        .bind("statefun.snapshot." + property, StateFunProperties.Snapshot.Store.class)
        .orElse(missing);
  }
}
