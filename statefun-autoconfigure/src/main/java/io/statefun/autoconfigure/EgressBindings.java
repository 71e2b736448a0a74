/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.io.Egress;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/** The egresses by name: beans, methods of beans, and application events. */
final class EgressBindings {

  private static final Logger log = LoggerFactory.getLogger(EgressBindings.class);

  private final ConfigurableListableBeanFactory beans;
  private final MessageTypes types;
  private final Map<TypeName, Binding> byName = new LinkedHashMap<>();

  EgressBindings(ConfigurableListableBeanFactory beans, MessageTypes types) {
    this.beans = beans;
    this.types = types;
  }

  /**
   * Finds the egresses.
   *
   * @param events the names of egresses whose records become application events
   * @throws StateFunConfigurationException if one has no valid name, or the name of another
   */
  static EgressBindings find(
      ConfigurableListableBeanFactory beans,
      MessageTypes types,
      ApplicationEventPublisher publisher,
      Collection<String> events) {
    EgressBindings bindings = new EgressBindings(beans, types);
    bindings.addBeans();
    bindings.addListeners();
    ValueReader reader = new ValueReader(types, beans);
    for (String event : events) {
      TypeName name = TypeName.parse(event);
      bindings.add(
          name, "the property statefun.egress.events", new EventEgress(name, reader, publisher));
    }
    return bindings;
  }

  Map<TypeName, Egress> all() {
    Map<TypeName, Egress> all = new LinkedHashMap<>();
    byName.forEach((name, binding) -> all.put(name, binding.egress()));
    return all;
  }

  /** Where the records of each egress go, in words. */
  Map<String, String> sources() {
    Map<String, String> sources = new TreeMap<>();
    byName.forEach((name, binding) -> sources.put(name.toString(), binding.source()));
    return sources;
  }

  private void addBeans() {
    for (String beanName : beans.getBeanNamesForType(Egress.class)) {
      if (ScopedProxyUtils.isScopedTarget(beanName)) {
        continue;
      }
      EgressFor annotation = beans.findAnnotationOnBean(beanName, EgressFor.class);
      String name = annotation == null ? beanName : annotation.value();
      TypeName egress = parse(name);
      if (egress == null) {
        throw new StateFunConfigurationException(
            annotation == null
                ? "The bean '%s' is an egress, but nothing says of which name: it has no @EgressFor, and its own name is not of the form namespace/name."
                    .formatted(beanName)
                : "The bean '%s' has @EgressFor(\"%s\"), which is not of the form namespace/name."
                    .formatted(beanName, name),
            "Annotate its class or its @Bean method with @EgressFor(\"namespace/name\"), using the"
                + " name that functions give to Context.egress.");
      }
      add(
          egress,
          "the bean '" + beanName + "'",
          new EgressBean(beans.getBean(beanName, Egress.class)));
    }
  }

  private void addListeners() {
    Map<TypeName, List<EgressListenerMethod>> methods = new LinkedHashMap<>();
    for (String beanName : beans.getBeanDefinitionNames()) {
      Class<?> type = ScopedProxyUtils.isScopedTarget(beanName) ? null : typeOf(beanName);
      if (type == null || !AnnotationUtils.isCandidateClass(type, EgressListener.class)) {
        continue;
      }
      Map<Method, EgressListener> listeners =
          MethodIntrospector.selectMethods(
              type,
              (MethodIntrospector.MetadataLookup<@Nullable EgressListener>)
                  method ->
                      AnnotatedElementUtils.findMergedAnnotation(method, EgressListener.class));
      listeners.forEach(
          (method, annotation) -> {
            EgressListenerMethod listener = EgressListenerMethod.of(beans, beanName, method, types);
            TypeName egress = parse(annotation.value());
            if (egress == null) {
              throw new StateFunConfigurationException(
                  "The method %s has @EgressListener(\"%s\"), which is not of the form namespace/name."
                      .formatted(listener, annotation.value()),
                  "Write @EgressListener(\"namespace/name\"), with the name that functions give to"
                      + " Context.egress.");
            }
            methods.computeIfAbsent(egress, name -> new ArrayList<>()).add(listener);
          });
    }
    methods.forEach(
        (egress, listeners) ->
            add(
                egress,
                "the method" + (listeners.size() > 1 ? "s " : " ") + join(listeners),
                new ListenerEgress(egress, listeners)));
  }

  private @Nullable Class<?> typeOf(String beanName) {
    try {
      return AutoProxyUtils.determineTargetClass(beans, beanName);
    } catch (Throwable unresolvable) {
      // An unresolvable type can have no listener that could be called.
      log.debug("The type of the bean '{}' is not known", beanName, unresolvable);
      return null;
    }
  }

  private void add(TypeName egress, String source, Egress receiver) {
    Binding other = byName.putIfAbsent(egress, new Binding(source, receiver));
    if (other != null) {
      throw new StateFunConfigurationException(
          "The egress '%s' has two receivers: %s and %s.".formatted(egress, other.source(), source),
          "Leave one of them. To give the records to several, use methods with @EgressListener, or"
              + " application events with several listeners.");
    }
    log.debug("The receiver of egress {} is {}", egress, source);
  }

  private static String join(List<EgressListenerMethod> listeners) {
    return String.join(", ", listeners.stream().map(EgressListenerMethod::toString).toList());
  }

  private static @Nullable TypeName parse(String name) {
    try {
      return TypeName.parse(name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private record Binding(String source, Egress egress) {}

  /** A bean, which Spring closes after the engine. */
  private record EgressBean(Egress bean) implements Egress {

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      return bean.deliver(batch);
    }
  }
}
