/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/** The {@link Router} beans, by the class of their records. */
final class Routers {

  private final Map<Class<?>, Entry> byClass = new LinkedHashMap<>();

  /**
   * Finds the routers.
   *
   * @throws StateFunConfigurationException if the class of one's records is not known, or two have
   *     the same
   */
  Routers(ConfigurableListableBeanFactory beans) {
    for (String beanName : beans.getBeanNamesForType(Router.class)) {
      Router<?> router = beans.getBean(beanName, Router.class);
      Class<?> type = recordClass(beans, beanName, router);
      if (type == null) {
        throw new StateFunConfigurationException(
            "The bean '%s' is a router, but nothing says of which records.".formatted(beanName),
            "Let its @Bean method return Router<T> with a class for T, or its class implement"
                + " that.");
      }
      Entry other = byClass.putIfAbsent(type, new Entry(beanName, router));
      if (other != null) {
        throw new StateFunConfigurationException(
            "Records of %s have two routers: the beans '%s' and '%s'."
                .formatted(type.getName(), other.beanName(), beanName),
            "Leave one of them; a router may send any number of messages.");
      }
    }
  }

  /** The messages that a record becomes. */
  @SuppressWarnings("unchecked")
  List<Routed> route(Object record) {
    Router<Object> router = (Router<Object>) find(record.getClass());
    List<Routed> routed = new ArrayList<>();
    router.route(record, (target, message) -> routed.add(new Routed(target, message)));
    return routed;
  }

  private Router<?> find(Class<?> type) {
    Entry exact = byClass.get(type);
    if (exact != null) {
      return exact.router();
    }
    List<Class<?>> nearest = new ArrayList<>();
    for (Class<?> candidate : byClass.keySet()) {
      if (candidate.isAssignableFrom(type)
          && nearest.stream().noneMatch(candidate::isAssignableFrom)) {
        nearest.removeIf(other -> other.isAssignableFrom(candidate));
        nearest.add(candidate);
      }
    }
    if (nearest.size() != 1) {
      throw new IllegalArgumentException(
          nearest.isEmpty()
              ? "No router takes records of %s: add a bean of type Router<%s>."
                  .formatted(type.getName(), type.getSimpleName())
              : "Records of %s have several routers, none nearer than the others: those for %s."
                  .formatted(type.getName(), nearest));
    }
    return Objects.requireNonNull(byClass.get(nearest.get(0))).router();
  }

  private static @Nullable Class<?> recordClass(
      ConfigurableListableBeanFactory beans, String beanName, Router<?> router) {
    Class<?> type =
        ResolvableType.forClass(AopUtils.getTargetClass(router)).as(Router.class).resolveGeneric(0);
    if (type == null && beans.containsBeanDefinition(beanName)) {
      type =
          beans
              .getMergedBeanDefinition(beanName)
              .getResolvableType()
              .as(Router.class)
              .resolveGeneric(0);
    }
    return type;
  }

  private record Entry(String beanName, Router<?> router) {}

  /** A message of a record, and where it goes. */
  record Routed(Address target, Object message) {}
}
