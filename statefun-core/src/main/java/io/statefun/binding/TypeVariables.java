/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the type variables of a class's super types stand for, seen from the class. */
final class TypeVariables {

  private final Map<TypeVariable<?>, Type> meanings = new HashMap<>();

  TypeVariables(Class<?> type) {
    collect(type);
  }

  private void collect(Class<?> type) {
    Type parent = type.getGenericSuperclass();
    if (parent != null) {
      collect(parent);
    }
    for (Type implemented : type.getGenericInterfaces()) {
      collect(implemented);
    }
  }

  private void collect(Type parent) {
    if (parent instanceof ParameterizedType generic) {
      Class<?> raw = (Class<?>) generic.getRawType();
      Type[] arguments = generic.getActualTypeArguments();
      for (int i = 0; i < arguments.length; i++) {
        meanings.put(raw.getTypeParameters()[i], arguments[i]);
      }
      collect(raw);
    } else {
      collect((Class<?>) parent);
    }
  }

  /** The type itself, or what it stands for if it is a variable whose meaning is known. */
  Type resolve(Type type) {
    Type result = type;
    while (result instanceof TypeVariable<?> variable) {
      Type meaning = meanings.get(variable);
      if (meaning == null) {
        return result;
      }
      result = meaning;
    }
    return result;
  }

  /** The class of a type, its type arguments left out; null if it has none, as a wildcard. */
  @Nullable Class<?> classOf(Type type) {
    Type resolved = resolve(type);
    if (resolved instanceof Class<?> plain) {
      return plain;
    }
    if (resolved instanceof ParameterizedType generic) {
      return (Class<?>) generic.getRawType();
    }
    if (resolved instanceof GenericArrayType array) {
      Class<?> component = classOf(array.getGenericComponentType());
      return component == null ? null : component.arrayType();
    }
    return null;
  }
}
