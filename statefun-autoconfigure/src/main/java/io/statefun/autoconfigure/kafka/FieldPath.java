/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/** Reads a field of a value, by its accessor or getter, or as it is. */
final class FieldPath {

  private final List<String> names;
  private final Map<Class<?>, Map<String, AccessibleObject>> known = new ConcurrentHashMap<>();

  FieldPath(List<String> names) {
    this.names = names;
  }

  /** Makes sure that there is such a field, as far as classes are declared. */
  void check(Class<?> type) {
    Class<?> next = type;
    for (String name : names) {
      if (next.isInterface() || next == Object.class) {
        return;
      }
      AccessibleObject member = find(next, name);
      next = member instanceof Method method ? method.getReturnType() : ((Field) member).getType();
    }
  }

  @Nullable Object read(Object value) {
    @Nullable Object next = value;
    for (String name : names) {
      if (next == null) {
        return null;
      }
      Class<?> type = next.getClass();
      AccessibleObject member =
          known
              .computeIfAbsent(type, unused -> new ConcurrentHashMap<>())
              .computeIfAbsent(name, wanted -> find(type, wanted));
      next =
          member instanceof Method method
              ? ReflectionUtils.invokeMethod(method, next)
              : ReflectionUtils.getField((Field) member, next);
    }
    return next;
  }

  private static AccessibleObject find(Class<?> type, String name) {
    String capitalized = StringUtils.capitalize(name);
    for (String accessor : List.of(name, "get" + capitalized, "is" + capitalized)) {
      Method method = ReflectionUtils.findMethod(type, accessor);
      if (method != null && method.getReturnType() != void.class) {
        ReflectionUtils.makeAccessible(method);
        return method;
      }
    }
    Field field = ReflectionUtils.findField(type, name);
    if (field == null) {
      throw new IllegalArgumentException("There is no field '" + name + "' in " + type.getName());
    }
    ReflectionUtils.makeAccessible(field);
    return field;
  }
}
