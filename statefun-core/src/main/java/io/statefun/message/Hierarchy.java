/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Questions about sealed hierarchies and the super types of a class. */
final class Hierarchy {

  private Hierarchy() {}

  /**
   * Whether all classes of the hierarchy below a sealed type are known: none is {@code non-sealed},
   * and none belongs to the JDK. An enum with constants that have bodies is no hierarchy.
   */
  static boolean isClosed(Class<?> type) {
    return type.isSealed() && !type.isEnum() && !isJdk(type) && isClosedBelow(type);
  }

  private static boolean isClosedBelow(Class<?> type) {
    if (type.isEnum() || type.isRecord() || Modifier.isFinal(type.getModifiers())) {
      return true;
    }
    if (!type.isSealed()) {
      return false;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (!isClosedBelow(permitted)) {
        return false;
      }
    }
    return true;
  }

  /** The classes of a closed hierarchy that objects can have, an enum counting as one. */
  static Set<Class<?>> concreteClasses(Class<?> root) {
    Set<Class<?>> result = new LinkedHashSet<>();
    collect(root, result);
    return result;
  }

  private static void collect(Class<?> type, Set<Class<?>> result) {
    if (!Modifier.isAbstract(type.getModifiers()) || type.isEnum()) {
      result.add(type);
    }
    if (type.isSealed() && !type.isEnum()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, result);
      }
    }
  }

  /** The topmost of the class and its super types that satisfy the condition. */
  static List<Class<?>> topmost(Class<?> type, Predicate<Class<?>> condition) {
    Set<Class<?>> supers = new LinkedHashSet<>();
    collectSupers(type, supers);
    supers.removeIf(condition.negate());
    List<Class<?>> result = new ArrayList<>();
    for (Class<?> candidate : supers) {
      if (supers.stream().noneMatch(o -> o != candidate && o.isAssignableFrom(candidate))) {
        result.add(candidate);
      }
    }
    return result;
  }

  private static void collectSupers(Class<?> type, Set<Class<?>> result) {
    if (isJdk(type) || !result.add(type)) {
      return;
    }
    Class<?> parent = type.getSuperclass();
    if (parent != null) {
      collectSupers(parent, result);
    }
    for (Class<?> implemented : type.getInterfaces()) {
      collectSupers(implemented, result);
    }
  }

  static boolean isJdk(Class<?> type) {
    return type.getName().startsWith("java.") || type.getName().startsWith("javax.");
  }
}
