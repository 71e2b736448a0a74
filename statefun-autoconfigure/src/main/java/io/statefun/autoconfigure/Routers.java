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

/**
 * The {@link Router} beans, by the class of their records. A router of Kafka's records goes by the
 * class of their values, and sees the whole record.
 */
final class Routers implements RecordRoutes {

  /** By name, since an application may not have it. */
  private static final String WHOLE = "org.apache.kafka.clients.consumer.ConsumerRecord";

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
      ResolvableType declared = recordType(beans, beanName, router);
      boolean whole = declared.toClass().getName().equals(WHOLE);
      Class<?> type = whole ? declared.resolveGeneric(1) : declared.resolve();
      if (type == null) {
        throw new StateFunConfigurationException(
            "The bean '%s' is a router, but nothing says of which records.".formatted(beanName),
            "Let its @Bean method return Router<T> with a class for T, or its class implement"
                + " that.");
      }
      Entry other = byClass.putIfAbsent(type, new Entry(beanName, router, whole));
      if (other != null) {
        throw new StateFunConfigurationException(
            "Records of %s have two routers: the beans '%s' and '%s'."
                .formatted(type.getName(), other.beanName(), beanName),
            "Leave one of them; a router may send any number of messages.");
      }
    }
  }

  /** The messages that a record becomes. */
  List<Routed> route(Object record) {
    List<Routed> routed = new ArrayList<>();
    route(
        record.getClass(),
        record,
        null,
        (target, message) -> routed.add(new Routed(target, message)));
    return routed;
  }

  @Override
  @SuppressWarnings("unchecked")
  public void route(Class<?> type, @Nullable Object value, @Nullable Object whole, Routes routes) {
    Entry entry = find(value == null ? type : value.getClass());
    Object seen = entry.whole() ? whole : value;
    if (seen == null) {
      throw new IllegalArgumentException(
          (entry.whole()
                  ? "The bean '%s' routes records of Kafka, and this one comes from elsewhere."
                  : "The bean '%s' routes values, and this record has none: let it be a router of"
                      + " ConsumerRecord<?, T>.")
              .formatted(entry.beanName()));
    }
    ((Router<Object>) entry.router()).route(seen, routes);
  }

  private Entry find(Class<?> type) {
    Entry exact = byClass.get(type);
    if (exact != null) {
      return exact;
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
    return Objects.requireNonNull(byClass.get(nearest.get(0)));
  }

  private static ResolvableType recordType(
      ConfigurableListableBeanFactory beans, String beanName, Router<?> router) {
    ResolvableType type =
        ResolvableType.forClass(AopUtils.getTargetClass(router)).as(Router.class).getGeneric(0);
    if (type.resolve() == null && beans.containsBeanDefinition(beanName)) {
      type =
          beans
              .getMergedBeanDefinition(beanName)
              .getResolvableType()
              .as(Router.class)
              .getGeneric(0);
    }
    return type;
  }

  /**
   * @param whole whether it sees the whole record
   */
  private record Entry(String beanName, Router<?> router, boolean whole) {}

  /** A message of a record, and where it goes. */
  record Routed(Address target, Object message) {}
}
