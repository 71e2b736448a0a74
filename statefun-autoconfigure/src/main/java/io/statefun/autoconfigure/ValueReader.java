/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypeName;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Makes objects of values whose class nobody names. A class is found if the application has used
 * it, or if it is in one of the application's packages and has that type name: a name that comes
 * with data must not make objects of just any class.
 */
final class ValueReader {

  private static final String JSON = "io.statefun.json";

  private final MessageTypes types;
  private final List<String> packages;
  private final @Nullable ClassLoader classLoader;
  private boolean scanned;

  ValueReader(MessageTypes types, ConfigurableBeanFactory beans) {
    this.types = types;
    this.packages =
        AutoConfigurationPackages.has(beans) ? AutoConfigurationPackages.get(beans) : List.of();
    this.classLoader = beans.getBeanClassLoader();
  }

  Object read(TypedValue value) {
    Object held = value.heldObject();
    if (held != null) {
      return held;
    }
    MessageType<?> type = find(value.typeName());
    if (type == null) {
      throw new SerializationException(
          "The class of values of type "
              + value.typeName()
              + " is not known. Receive them with @EgressListener, which names the class, or add a"
              + " bean of type MessageType for it.",
          null);
    }
    return value.as(type);
  }

  private @Nullable MessageType<?> find(TypeName name) {
    MessageType<?> known = types.find(name);
    if (known != null) {
      return known;
    }
    if (name.namespace().equals(JSON)) {
      if (packages.stream().anyMatch(allowed -> name.name().startsWith(allowed + "."))) {
        ask(name.name());
      }
    } else {
      scan();
    }
    return types.find(name);
  }

  /** Asks for all types with a name of their own, once. */
  private synchronized void scan() {
    if (scanned) {
      return;
    }
    scanned = true;
    ClassPathScanningCandidateComponentProvider scanner =
        new ClassPathScanningCandidateComponentProvider(false) {
          @Override
          protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
            return definition.getMetadata().isIndependent();
          }
        };
    scanner.addIncludeFilter(new AnnotationTypeFilter(MessageTypeName.class, false, true));
    for (String base : packages) {
      for (BeanDefinition candidate : scanner.findCandidateComponents(base)) {
        ask(String.valueOf(candidate.getBeanClassName()));
      }
    }
  }

  private void ask(String className) {
    try {
      types.forClass(ClassUtils.forName(className, classLoader));
    } catch (ClassNotFoundException | LinkageError | IllegalArgumentException e) {
      // Then it is not known.
    }
  }
}
